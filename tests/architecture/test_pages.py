"""What every template and the stylesheet keep to; read from the files, so that a new page is held to it too."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
CSS = (ROOT / "static" / "css" / "app.css").read_text()
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "img" / "icons.svg").read_text()))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_compiles(path):
    get_template(_name(path))


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "emails" not in path.parts], ids=_name)
def test_a_template_needs_no_inline_script_or_style(path):
    text = path.read_text()

    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"\son(click|change|submit|load|input|key\w+)=", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_names_icons_that_exist(path):
    named = set(re.findall(r'<c-icon name="([\w-]+)"', path.read_text()))
    named |= set(re.findall(r'<c-[\w-]+ [^>]*\bicon="([\w-]+)"', path.read_text()))

    assert named <= ICONS, f"add {named - ICONS} to scripts/icons.py"


def test_the_stylesheet_is_written_for_both_directions():
    plain = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    physical = re.findall(r"(?:^|[\s{;])((?:[\w-]+-)?(?:left|right)(?:-[\w-]+)?\s*:)", plain)

    assert physical == []
    assert not re.search(r"text-align:\s*(left|right)", plain)
    assert not re.search(r"float:", plain)
    assert not re.search(r"(?<![\w-])(?:margin|padding)-(?:top|bottom)\s*:", plain)


def test_the_public_budget_of_bytes_is_kept():
    """See docs/explanation/design.md: 25 KB of script and 14 KB of style, compressed."""
    import gzip

    scripts = [ROOT / "static" / "js" / "vendor" / "htmx-4.0.1.min.js", ROOT / "static" / "js" / "app.js"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < 25_000
    assert len(gzip.compress(CSS.encode())) < 14_000
