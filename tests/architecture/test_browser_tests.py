"""A click returns when the next page begins to arrive: what is read at once may be read from half a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "browser"
AT_ONCE = {"all_inner_texts", "count", "get_attribute", "inner_text", "input_value", "is_checked", "is_visible"}


def read_at_once(source: str) -> Iterator[int]:
    """The lines of asserts that read the page directly after a click, without waiting for the page it leads to."""
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for before, after in pairwise(body):
            if isinstance(after, ast.Assert) and _leads_on(before) and AT_ONCE & set(_called(after)):
                yield after.lineno


def _leads_on(statement: ast.stmt) -> bool:
    """Whether it clicks something other than what opens and closes on the same page."""
    source = ast.unparse(statement)
    return ".click()" in source and "summary" not in source and "theme" not in source


def _called(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


@pytest.mark.parametrize("path", sorted(FOLDER.glob("test_*.py")), ids=lambda path: path.stem)
def test_a_page_is_read_once_it_arrived(path):
    lines = list(read_at_once(path.read_text()))
    assert not lines, f"{path.name}: lines {lines} read the page at once after a click; use expect(…)"


def test_the_check_finds_what_it_looks_for():
    racy = 'def test():\n    page.locator("button").click()\n    assert page.locator("input").count() == 3\n'
    assert list(read_at_once(racy)) == [3]
    assert not list(read_at_once(racy.replace("assert", "expect(x).to_have_count(3)\n    assert")))
