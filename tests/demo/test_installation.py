"""Where the demo is installed: for the demo and the tests, never in production, whose image does not contain it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from marketplace.checked import require_demo
from tests.operation.test_settings_file import PRODUCTION

ROOT = Path(settings.BASE_DIR)


def test_tests_have_it():
    assert "apps.demo" in settings.INSTALLED_APPS


def in_production(*words: str) -> subprocess.CompletedProcess[str]:
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


# What production has, asked in one process: names of commands, modules that are loaded, and where addresses lead.
ASKED = """
import json, sys
import django; django.setup()
from django.core.management import get_commands
from django.urls import Resolver404, get_resolver, resolve
get_resolver().url_patterns
def leads(address):
    try: return resolve(address).view_name
    except Resolver404: return None
print(json.dumps({
    "commands": sorted(get_commands()),
    "modules": sorted(name for name in sys.modules if name.startswith(("apps.demo", "devstack", "faker", "honcho"))),
    "addresses": {address: leads(address) for address in ("/en/fees/", "/en/components/")},
}))
"""


@pytest.fixture(scope="module")
def production():
    process = in_production("-c", ASKED)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("command", ["seed_demo", "synthesize", "journey", "match_eval"])
def test_production_knows_no_command_of_it(production, command):
    assert "migrate" in production["commands"]
    assert command not in production["commands"]


def test_a_command_that_production_does_not_know_is_refused():
    process = in_production("manage.py", "seed_demo")
    assert process.returncode != 0
    assert "Unknown command: 'seed_demo'" in process.stderr


def test_production_imports_nothing_of_it_and_no_faker(production):
    assert production["modules"] == []


def test_production_has_no_page_of_it(production):
    """The address leads nowhere there, as no address of an app that is not installed does."""
    assert production["addresses"] == {"/en/fees/": "dashboard:fees", "/en/components/": None}


def test_the_image_of_production_does_not_contain_it():
    assert {"apps/demo", "templates/demo"} <= set((ROOT / ".dockerignore").read_text().splitlines())
    assert "TRADEWIND_ENV=production" in (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]


def test_an_installation_without_it_is_refused_as_anything_but_production(tmp_path):
    require_demo(ROOT / "apps" / "demo", "demo")
    with pytest.raises(RuntimeError, match="set TRADEWIND_ENV=production"):
        require_demo(tmp_path / "apps" / "demo", "demo")


def test_no_other_app_imports_it():
    importers = [
        path
        for path in (ROOT / "apps").rglob("*.py")
        if "apps.demo" in path.read_text() and not path.is_relative_to(ROOT / "apps" / "demo")
    ]
    assert importers == []


def test_it_is_not_chosen_by_a_debug_switch():
    """DEBUG never installs it: in production DEBUG=1 does not start at all."""
    process = subprocess.run(
        [sys.executable, "-c", "import marketplace.settings"],
        env=PRODUCTION | {"DEBUG": "1", "PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode != 0
    assert "DEBUG=1" in process.stderr
