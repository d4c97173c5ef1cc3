"""Rules of the style sheets that no browser test would meet on every page."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "static" / "css"
SCROLLS = re.compile(r"\{[^{}]*overflow-x:\s*auto[^{}]*\}")


@pytest.mark.parametrize("path", sorted(STYLES.rglob("*.css")), ids=lambda path: path.name)
def test_what_scrolls_sideways_holds_what_is_positioned_in_it(path):
    """Otherwise text for screen readers in a far column makes the whole page scroll sideways."""
    for block in SCROLLS.findall(path.read_text()):
        assert re.search(r"position:\s*(relative|sticky|absolute|fixed)", block), block
