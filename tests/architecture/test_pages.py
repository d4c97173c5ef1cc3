"""What every template and the stylesheet keep to; read from the files, so that a new page is held to it too."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from marketplace.joined_files import JOINED, joined

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
CSS = joined("css/app.css")
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
    named = set(re.findall(r'<c-icon\s+name="([\w-]+)"', path.read_text()))
    named |= set(re.findall(r'<c-[\w-]+\s[^>]*\bicon="([\w-]+)"', path.read_text()))

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

    scripts = [(ROOT / "static" / "js" / "vendor" / "htmx-4.0.1.min.js").read_text(), joined("js/app.js")]
    assert sum(len(gzip.compress(text.encode())) for text in scripts) < 25_000
    assert len(gzip.compress(CSS.encode())) < 14_000


@pytest.mark.parametrize("name", JOINED)
def test_every_source_of_the_joined_files_is_joined_once(name):
    kind = name.partition("/")[0]
    written = {str(path.relative_to(ROOT / "static")) for path in (ROOT / "static" / kind).rglob(f"*.{kind}")}
    written = {path for path in written if not path.startswith("js/vendor/")}

    assert sorted(JOINED[name]) == sorted(written)


@pytest.mark.parametrize("name", JOINED)
def test_a_joined_file_is_found_like_any_other(name):
    assert Path(finders.find(name)).read_text() == joined(name)


def test_the_joined_script_imports_and_exports_nothing():
    script = joined("js/app.js")

    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    names = re.findall(r"^(?:const|let|function|class) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)), "two files give a name at their top level"


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("css/**/*.css")), ids=lambda path: path.stem)
def test_a_stylesheet_stands_in_a_layer(path):
    outside = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL).strip()
    first = re.match(r"@layer ([\w, ]+)[{;]", outside)

    assert first, "begins with @layer"
    if path.stem != "layers":
        assert first[1].strip() == ("components" if path.parent.name == "components" else path.stem)
        assert outside.count("@layer") == 1
