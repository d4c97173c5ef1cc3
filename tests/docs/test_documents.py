"""What the documents name is there: links, files, commands and settings."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
FOLDERS = ("apps", "bench", "devstack", "docs", "locale", "marketplace", "ops", "ranking", "requirements", "scripts",
           "static", "templates", "tests")  # fmt: skip
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# Written by the program or by an operator, and in no clone.
NOT_IN_A_CLONE = ("static/app.css",)


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def anchors(path: Path) -> set[str]:
    """As forges make them: lower case, blanks to hyphens, no other punctuation."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", NAMES)
def test_a_relative_link_leads_somewhere(name):
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text_of(name))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_named_exists(name):
    wrong = []
    for quoted in re.findall(r"`([^`\n]+)`", text_of(name)):
        path = quoted.split("::")[0].rstrip("/")
        if path.split("/")[0] not in FOLDERS or "/" not in path or re.search(r"[<>\s(){}…]", path):
            continue
        if not list(ROOT.glob(path)) and path not in NOT_IN_A_CLONE:
            wrong.append(quoted)
    assert wrong == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_a_command_that_is_named_exists(name):
    named = set(re.findall(r"(?:manage\.py|go\.py manage) ([a-z]\w+)", text_of(name)))
    assert named - set(get_commands()) == set()
    assert set(re.findall(r"go\.py ([a-z]+)", text_of(name))) <= set(re.findall(r"\b[a-z]+\b", text_of_go()))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text_of(name))) <= targets


def text_of_go() -> str:
    source = (ROOT / "go.py").read_text()
    return source.split('"""')[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_that_is_named_exists(name):
    text = text_of(".env.example") + text_of("marketplace/settings.py") + text_of("Makefile") + text_of("go.py")
    text += "".join(path.read_text() for folder in ("tests", "ops", "devstack", "apps") for path in (ROOT / folder).rglob("*.*")
                     if path.suffix in {".py", ".sh", ".service"})  # fmt: skip
    named = set(re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text_of(name)))
    assert {item for item in named if not re.search(rf"\b{item}\b", text)} == set()


def test_the_decisions_are_numbered_without_gaps_and_listed():
    folder = ROOT / "docs" / "adr"
    files = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    index = (folder / "README.md").read_text()
    for name in files:
        title = (folder / name).read_text().splitlines()[0]
        assert title.startswith(f"# {int(name[:4])}. "), name
        assert f"| [{int(name[:4])}]({name}) | {title.split('. ', 1)[1]} |" in index


def test_every_document_can_be_reached_from_the_readme():
    reached, waiting = set(), {ROOT / "README.md"}
    while waiting:
        path = waiting.pop()
        reached.add(path)
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
            linked = (path.parent / target).resolve()
            linked = linked / "README.md" if linked.is_dir() else linked
            if linked.suffix == ".md" and linked.exists() and linked not in reached:
                waiting.add(linked)
    lost = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS if path not in reached}
    assert lost - {name for name in lost if name.startswith(".github/")} == set()
