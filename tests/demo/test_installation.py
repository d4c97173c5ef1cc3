"""Where the demo is installed: for the demo and the tests, never in production, whose image does not contain it."""

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


@pytest.mark.parametrize("command", ["seed_demo", "synthesize", "journey", "match_eval"])
def test_production_knows_no_command_of_it(command):
    process = subprocess.run(
        [sys.executable, "manage.py", command], env=PRODUCTION, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert process.returncode != 0
    assert f"Unknown command: '{command}'" in process.stderr


def test_production_imports_nothing_of_it_and_no_faker():
    code = (
        "import django; django.setup(); import sys; from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(*[m for m in sys.modules if m.startswith(('apps.demo', 'devstack', 'faker', 'honcho'))])"
    )
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip() == ""


def test_production_has_no_page_of_it():
    """The address leads nowhere there, as no address of an app that is not installed does."""
    code = (
        "import django; django.setup(); from django.urls import Resolver404, resolve;"
        "assert resolve('/en/fees/').url_name == 'fees'\n"
        "try: print(resolve('/en/components/'))\n"
        "except Resolver404: print('nowhere')"
    )
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert process.stdout.strip() == "nowhere", process.stderr


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
