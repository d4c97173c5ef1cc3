""".env.example names every setting, and every program that reads such files reads the same from it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from dotenv import dotenv_values
from environs import Env

from marketplace.checked import checked_prefix, checked_secret

ROOT = Path(settings.BASE_DIR)
EXAMPLE = ROOT / ".env.example"
GOOD = "k7Yw3vQ2pL9xZt5RmB8cNfHs4GdJ6aUe1WqXoVi0"


def systemd_values(text: str) -> dict[str, str]:
    """
    By systemd.exec(5), EnvironmentFile=: lines that begin with # or ; are comments, a comment behind a value belongs to
    the value, blanks around a value go, quotes around it go, a backslash at the end continues the line.
    """
    found = {}
    for line in text.replace("\\\n", "").splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        name, is_set, value = line.partition("=")
        assert is_set, line
        value = value.strip()
        if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        found[name] = value
    return found


def compose_values(text: str) -> dict[str, str]:
    """As Compose v2 reads it: an empty value takes what follows, comments too, when it is trimmed before it is cut."""
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = line.partition("=")
        found[name.strip()] = value.lstrip().split(" #")[0].rstrip()
    return found


def literal_values(text: str) -> dict[str, str]:
    """As `docker run --env-file` reads it: everything behind the first = is the value."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines}


def environs_values() -> dict[str, str]:
    reader = Env()
    reader._environ = {}
    reader.read_env(str(EXAMPLE), recurse=False)
    return dict(reader._environ)


READERS = {
    "dotenv": lambda: {name: value or "" for name, value in dotenv_values(EXAMPLE).items()},
    "environs": environs_values,
    "compose": lambda: compose_values(EXAMPLE.read_text()),
    "docker run": lambda: literal_values(EXAMPLE.read_text()),
    "shell": lambda: {
        name: value
        for name, _, value in (
            line.partition("=")
            for line in subprocess.run(
                ["env", "-i", "sh", "-c", f"set -a; . {EXAMPLE}; set +a; env"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.splitlines()
        )
        if name not in ("PWD", "SHLVL", "_")
    },
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_the_same(reader):
    assert READERS[reader]() == systemd_values(EXAMPLE.read_text())


def test_comments_have_lines_of_their_own_and_values_are_plain():
    for line in EXAMPLE.read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Z][A-Z0-9_]*=[^\s#$\"'`\\]*", line), line


def named() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(), re.MULTILINE))


def read_by_settings() -> set[str]:
    """What the settings ask of the environment in production, recorded by the reader that they use."""
    code = (
        "import marketplace.env as e, environs\n"
        "seen = set()\n"
        "for name in ('str', 'bool', 'int', 'float', 'list', 'path', 'dj_db_url'):\n"
        "    def make(read):\n"
        "        def wrapped(key, *a, **k):\n"
        "            seen.add(key)\n"
        "            return read(key, *a, **k)\n"
        "        return wrapped\n"
        "    setattr(e.env, name, make(getattr(e.env, name)))\n"
        "import marketplace.settings\n"
        "print(*seen)"
    )
    environment = {
        "PATH": os.environ["PATH"], "TRADEWIND_ENV": "production", "DEVSTACK": "none", "SECRET_KEY": GOOD,
        "WEBHOOK_SECRET": GOOD[::-1], "DATABASE_URL": "postgresql://x/x", "REDIS_URL": "redis://x",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def read_by_compose() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def read_by_scripts() -> set[str]:
    return {"WEB_CONCURRENCY", "WEB_THREADS"}


def test_it_names_every_setting_and_nothing_that_nobody_reads():
    assert named() == read_by_settings() | read_by_compose() | read_by_scripts()


def test_every_call_in_the_settings_was_recorded():
    source = (ROOT / "marketplace" / "settings.py").read_text()
    assert set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', source)) <= read_by_settings()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "shorter"),
        ("build", "shorter"),
        ('# python3 -c "import secrets; print(secrets.token_urlsafe(48))"', "a blank"),
        (f"{GOOD} # made today", "a blank"),
        (f"{GOOD}#", "#"),
        ("django-insecure-0123456789abcdefghijklmnopq", "example"),
        ("changeme-changeme-changeme-changeme-0123", "example"),
        ("abababababababababababababababababababab", "few different"),
        ("x" * 60, "few different"),
    ],
)
def test_a_secret_that_others_know_or_guess_is_refused(value, why):
    with pytest.raises(RuntimeError, match=why):
        checked_secret("SECRET_KEY", value, is_production=True)
    assert checked_secret("SECRET_KEY", value, is_production=False) == value


def test_a_made_secret_is_taken():
    assert checked_secret("SECRET_KEY", GOOD, is_production=True) == GOOD


@pytest.mark.parametrize("value", ["# e.g. /private-media: lets the proxy send", "private-media", " /x", "/a b", "/x#"])
def test_a_prefix_that_is_no_address_is_refused(value):
    with pytest.raises(RuntimeError, match="begin with /"):
        checked_prefix("ACCEL_REDIRECT_PREFIX", value)


@pytest.mark.parametrize("value", ["", "/private-media", "/private/"])
def test_a_prefix_that_is_one_is_taken(value):
    assert checked_prefix("ACCEL_REDIRECT_PREFIX", value) == value


@pytest.mark.parametrize("name", ["SECRET_KEY", "WEBHOOK_SECRET"])
def test_production_does_not_start_under_a_known_secret(name):
    given = {
        "PATH": os.environ["PATH"], "TRADEWIND_ENV": "production", "DEVSTACK": "none", "SECRET_KEY": GOOD,
        "WEBHOOK_SECRET": GOOD[::-1], "DATABASE_URL": "postgresql://x/x", "REDIS_URL": "redis://x", name: "build",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import marketplace.settings"], env=given, cwd=ROOT, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert name in done.stderr
