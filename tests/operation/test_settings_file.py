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

from marketplace.checked import checked_choice, checked_prefix, checked_secret

ROOT = Path(settings.BASE_DIR)
EXAMPLE = ROOT / ".env.example"
GOOD = "k7Yw3vQ2pL9xZt5RmB8cNfHs4GdJ6aUe1WqXoVi0"


PRODUCTION = {
    "PATH": os.environ["PATH"], "TRADEWIND_ENV": "production", "DEVSTACK": "none", "SECRET_KEY": GOOD,
    "WEBHOOK_SECRET": GOOD[::-1], "DATABASE_URL": "postgresql://x/x", "REDIS_URL": "redis://x",
    "PAYMENT_GATEWAY": "sandbox", "SITE_URL": "https://tradewind.example", "ALLOWED_HOSTS": "tradewind.example",
    "DEFAULT_FROM_EMAIL": "noreply@tradewind.example", "PLATFORM_COUNTRY": "DE",
}  # fmt: skip


def systemd_values(text: str) -> dict[str, str]:
    """
    By systemd.exec(5), EnvironmentFile=: lines that begin with # or ; are comments, a comment behind a value belongs to
    the value, blanks around a value go, quotes around it go, a backslash at the end continues the line.
    """
    result = {}
    for line in text.replace("\\\n", "").splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        name, is_set, value = line.partition("=")
        assert is_set, line
        value = value.strip()
        if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        result[name] = value
    return result


def compose_values(text: str) -> dict[str, str]:
    """As Compose v2 reads it: an empty value takes what follows, comments too, when it is trimmed before it is cut."""
    result = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = line.partition("=")
        result[name.strip()] = value.lstrip().split(" #")[0].rstrip()
    return result


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
    done = subprocess.run(
        [sys.executable, "-c", code], env=PRODUCTION, cwd=ROOT, capture_output=True, text=True, timeout=60
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
    done = start(name, "build")
    assert done.returncode != 0
    assert name in done.stderr


def start(name: str, value: str | None) -> subprocess.CompletedProcess[str]:
    """The settings of a complete production with one changed, or left out."""
    values = {key: text for key, text in (PRODUCTION | {name: value}).items() if text is not None}
    code = "import marketplace.settings as s; print(s.PAYMENT_GATEWAY, s.MOVES_REAL_MONEY)"
    return subprocess.run(
        [sys.executable, "-c", code], env=values, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    "name", ["PAYMENT_GATEWAY", "PLATFORM_COUNTRY", "SITE_URL", "ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_production_does_not_start_before_it_names_what_decides_about_money_and_people(name, value):
    done = start(name, value)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"{name} is not set" in last
    assert "et it" in last


@pytest.mark.parametrize(
    ("name", "value"),
    [("TRADEWIND_ENV", "prod"), ("DEBUG", "1"), ("PAYMENT_GATEWAY", "Stripe"), ("PAYMENT_GATEWAY", "stripe")],
)
def test_production_does_not_start_under_a_value_that_would_make_it_something_else(name, value):
    done = start(name, value)
    assert done.returncode != 0
    assert f"{name}" in done.stderr.strip().splitlines()[-1]


def test_the_sandbox_can_be_named_in_production():
    assert start("PAYMENT_GATEWAY", "sandbox").stdout.split() == ["sandbox", "False"]


@pytest.mark.parametrize(
    ("key", "is_real"), [("sk_live_x", True), ("rk_live_x", True), ("sk_test_x", False), ("rk_test_x", False)]
)
def test_a_key_of_the_test_mode_moves_no_real_money(monkeypatch, key, is_real):
    monkeypatch.setitem(PRODUCTION, "PAYMENT_GATEWAY", "stripe")
    assert start("STRIPE_API_KEY", key).stdout.split() == ["stripe", str(is_real)]


def test_what_has_no_default_is_among_what_the_example_says_must_be_set():
    must = EXAMPLE.read_text().split("# -- must be set")[1].split("\n# --")[0]
    for name in set(PRODUCTION) - {"PATH", "DEVSTACK", "WEBHOOK_SECRET"}:
        assert re.search(rf"^{name}=", must, re.MULTILINE), name


def test_the_build_of_the_image_gives_its_command_what_production_must_name():
    text = (ROOT / "Dockerfile").read_text()
    step = text[text.index("TRADEWIND_ENV=production") : text.index("python manage.py collectstatic")]
    assert set(re.findall(r"([A-Z_]+)=", step)) >= set(PRODUCTION) - {"PATH", "DEVSTACK"}


def test_a_choice_that_is_none_says_which_there_are():
    with pytest.raises(RuntimeError, match="“Stripe”: set it to one of stripe, sandbox"):
        checked_choice("PAYMENT_GATEWAY", "Stripe", ("stripe", "sandbox"))
