"""Money at a processor that is a process of its own, and workers that kill themselves beside it."""

from __future__ import annotations

import os
from pathlib import Path

import requests

from apps.common.money import Money
from apps.payments.operations import charges
from apps.payouts.operations import accounts
from tests import forks
from tests.conftest import NOON

MANY = int(os.environ.get("CRASH_PAYOUTS", "12"))


def control(url: str, desk: str, **body: object) -> dict:
    return requests.post(f"{url}/control/{desk}", json=body, timeout=5).json()


def onboard(make, organization, url: str) -> None:
    account = accounts.start_onboarding(
        organization_id=organization.id, currency="USD", holder_name="Ada", is_automatic=False, gateway="sandbox",
        actor=make.actor(organization), now=NOON,
    )  # fmt: skip
    accounts.onboarding_page(
        account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(organization)
    )
    control(url, f"onboard/{account.remote_account_id}")
    assert accounts.refresh_onboarding(account_id=account.id, now=NOON).status == "active"


def fund_and_release(make, payee, url: str):
    from apps.common.actors import SYSTEM
    from apps.escrow.operations import funding, releases
    from apps.outbox import bus

    escrow = make.escrow(amount=Money.of("500.00", "EUR"), payee=payee)
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url="http://testserver/"
    )
    control(url, f"pay/{charge.remote_session_id}")
    charge = charges.refresh_charge(charge_id=charge.id, now=NOON)
    bus.deliver_pending(now=NOON)
    releases.release(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    return charge


def run_workers(
    point: str, url: str, kills: Path, most: int, *, lives: int = 2, lease: float = 0.6, **more: str
) -> None:
    forks.run(
        "tests.payouts.crash_worker", point, kills, most, lives, lease,
        timeout=60 + 2 * MANY, environment=more, PROCESSOR_URL=url,
    )  # fmt: skip
