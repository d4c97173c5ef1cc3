"""Which environment a process gets: the operator's file, the demo's servers, or a refusal."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OF_ITS_OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEVSTACK", "TRADEWIND_ENV", "DEBUG")


def bare(**extra: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OF_ITS_OWN} | extra


def run(*words: str, cwd: Path = ROOT, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], env=bare(**extra), cwd=cwd, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def elsewhere(tmp_path):
    """The part that reads the environment, with a `.env` of its own beside manage.py."""
    (tmp_path / "marketplace").mkdir()
    (tmp_path / "marketplace" / "__init__.py").touch()
    shutil.copy(ROOT / "marketplace" / "env.py", tmp_path / "marketplace")
    (tmp_path / ".env").write_text("SITE_NAME=From the file\n")
    return tmp_path


def test_programs_that_are_started_get_it_too(elsewhere):
    code = "import marketplace.env, os; print(os.environ['SITE_NAME'])"
    assert run("-c", code, cwd=elsewhere).stdout.strip() == "From the file"


READ = ("-c", "from marketplace.env import env; print(env.str('SITE_NAME', '-'))")


def test_the_file_beside_manage_py_is_read(elsewhere):
    assert run(*READ, cwd=elsewhere).stdout.strip() == "From the file"


def test_what_is_set_already_wins_over_the_file(elsewhere):
    assert run(*READ, cwd=elsewhere, SITE_NAME="Set").stdout.strip() == "Set"


@pytest.mark.parametrize("own", [{"DEVSTACK": "dev"}, {"TRADEWIND_ENV": "test"}])
def test_the_demo_and_the_tests_do_not_read_it(elsewhere, own):
    assert run(*READ, cwd=elsewhere, **own).stdout.strip() == "-"


@pytest.mark.skipif((ROOT / ".env").exists(), reason="this folder has a .env")
@pytest.mark.parametrize("command", ["migrate", "check", "createsuperuser", "ledger_check"])
def test_a_command_without_a_database_says_so_and_starts_none(command):
    done = run("manage.py", command)
    assert done.returncode == 1
    assert "DATABASE_URL is not set" in done.stderr
    assert "go.py manage" in done.stderr


@pytest.mark.skipif((ROOT / ".env").exists(), reason="this folder has a .env")
def test_commands_that_read_files_need_no_database():
    done = run("manage.py", "acts")
    assert done.returncode == 0, done.stderr


def test_the_demo_runs_without_debug():
    done = run(
        "-c",
        "from devstack.services import local_environment; local_environment()\n"
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'marketplace.settings'\n"
        "from django.conf import settings; print(settings.TRADEWIND_ENV, settings.DEBUG)",
    )
    assert done.stdout.split() == ["demo", "False"], done.stderr


def test_the_demo_refuses_production():
    done = run("-m", "devstack.demo", TRADEWIND_ENV="production", DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert done.returncode == 1
    assert "TRADEWIND_ENV is production" in done.stderr
