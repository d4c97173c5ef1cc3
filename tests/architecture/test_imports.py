"""Every name that code imports is there: also inside functions, and in programs that no test runs."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = ("apps", "ranking", "marketplace", "devstack", "bench", "tests")
FOLDERS = ("apps", "ranking", "marketplace", "devstack", "bench", "scripts", "tests")


def imports(source: str) -> Iterator[tuple[str, str]]:
    """(module, name) of each absolute import of our own code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module.split(".")[0] in OURS:
                yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.split(".")[0] in OURS)


def is_there(module: str, name: str) -> bool:
    if module.startswith("bench.plain."):  # a Django project of its own, which cannot be loaded beside this one
        return find_spec(module) is not None
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        # What only some installations have (a bench's rival, an optional extra) is not ours to check.
        return error.name is not None and error.name.split(".")[0] not in OURS
    is_package = hasattr(loaded, "__path__")
    return not name or hasattr(loaded, name) or (is_package and find_spec(f"{module}.{name}") is not None)


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_imported_name_exists(folder):
    paths = [path for path in sorted((ROOT / folder).rglob("*.py")) if "/migrations/" not in path.as_posix()]
    imported = {(module, name): path for path in paths for module, name in imports(path.read_text())}
    assert imported
    assert [
        f"{path.relative_to(ROOT)}: {module}.{name}"
        for (module, name), path in sorted(imported.items())
        if not is_there(module, name)
    ] == []


def test_a_name_that_is_not_there_is_found():
    source = "def start():\n    from apps.demo.people import NOBODY\n    import apps.demo.nothing\n"
    assert [pair for pair in imports(source) if not is_there(*pair)] == [
        ("apps.demo.people", "NOBODY"),
        ("apps.demo.nothing", ""),
    ]
