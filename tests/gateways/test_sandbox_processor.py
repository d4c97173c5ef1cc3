"""The processor of the demo is believed in tests because it keeps what it was told."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import requests

from tests.conftest import ROOT
from tests.make.processes import control

pytestmark = pytest.mark.processes


def test_the_processor_keeps_everything_when_it_is_killed(tmp_path):
    database = tmp_path / "p.db"

    def start() -> tuple[subprocess.Popen, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack.sandbox_processor", "--port", "0", "--db", str(database)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return process, re.search(r"http://\S+", process.stdout.readline())[0]

    process, first = start()
    body = {
        "mode": "payment", "success_url": "http://x/", "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur", "line_items[0][price_data][unit_amount]": "1000",
    }  # fmt: skip
    json = requests.post(f"{first}/v1/checkout/sessions", data=body, headers={"Idempotency-Key": "k"}, timeout=5).json()
    control(first, f"pay/{json['id']}")
    process.kill()
    process.wait()
    process, second = start()
    again = requests.post(
        f"{second}/v1/checkout/sessions", data=body, headers={"Idempotency-Key": "k"}, timeout=5
    ).json()
    state = control(second, "state")
    process.kill()
    process.wait()

    assert again["id"] == json["id"]
    assert state["platform"] == {"eur": 1000 - 59}
