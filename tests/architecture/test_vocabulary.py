"""Names, comments, docstrings and sentences use the words of the trade (vocabulary.txt beside this file)."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = Path(__file__).with_name("vocabulary.txt")
FOLDERS = ("apps", "ranking", "marketplace", "devstack", "bench", "scripts", "tests")


@cache
def rules() -> dict[str, dict[str, str]]:
    """Where a word is not used -> word or phrase -> what is used in its place."""
    table: dict[str, dict[str, str]] = {"name": {}, "variable": {}, "exception": {}, "text": {}}
    for line in TABLE.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        where, words, instead = (part.strip() for part in line.split("|"))
        separator = "," if where == "text" else " "
        table[where] |= {word.strip(): instead for word in words.split(separator)}
    return table


def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *(f"{folder}/*.py" for folder in FOLDERS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    paths = [ROOT / name for name in listed if "/migrations/" not in name and (ROOT / name).exists()]
    return [path for path in paths if path != Path(__file__).resolve()]  # it quotes what it looks for


def parts(name: str) -> list[str]:
    """CamelCase and snake_case, taken apart."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def names(tree: ast.AST) -> Iterator[tuple[str, int, str]]:
    """Every name that the code gives: the name, its line, and what it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno, "definition"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, "variable"
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno, "variable"
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno, "exception"


def texts(source: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Comments, docstrings and other strings with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string, token.start[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


@cache
def any_word() -> re.Pattern[str]:
    """All words at once: most texts have none, and are not searched for each."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, rules()['text']))})(?![\w-])")


def words_in(text: str) -> Iterator[tuple[str, str]]:
    plain = re.sub(r"\s+", " ", re.sub(r"`[^`]*`", "", text.replace("\n# ", " "))).lower()
    if not any_word().search(plain):
        return
    for word, instead in rules()["text"].items():
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain):
            yield word, instead


def findings(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for name, line, kind in names(tree):
        if name in rules().get(kind, {}):
            yield f"{line}: {name}: {rules()[kind][name]}"
        for part in set(parts(name)) & rules()["name"].keys():
            yield f"{line}: {name}: {rules()['name'][part]}"
    for text, line in texts(source, tree):
        for word, instead in words_in(text):
            yield f"{line}: {word}: {instead}"


def test_code_uses_the_words_of_the_vocabulary():
    wrong = [f"{path.relative_to(ROOT)}:{line}" for path in files() for line in findings(path.read_text())]
    assert wrong == []


LOOP = re.compile(r"\{%\s*for\s+([\w, ]+?)\s+in\s")


def loop_variables(template: str) -> list[str]:
    return [name.strip() for names in LOOP.findall(template) for name in names.split(",")]


def test_templates_name_what_they_loop_over():
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert len(templates) > 200
    wrong = [
        f"{path.relative_to(ROOT)}: {name}: {rules()['variable'][name]}"
        for path in templates
        for name in loop_variables(path.read_text())
        if name in rules()["variable"]
    ]
    assert wrong == []


def test_loop_variables_are_found():
    assert loop_variables("{% for one in rows %}{% for a, made in pairs %}") == ["one", "a", "made"]


def test_interface_sentences_use_the_words_of_the_vocabulary():
    catalogue = polib.pofile(str(ROOT / "locale" / "ar" / "LC_MESSAGES" / "django.po"))
    sentences = [sentence for entry in catalogue for sentence in (entry.msgid, entry.msgid_plural) if sentence]
    assert len(sentences) > 2000
    wrong = [f"{word} ({instead}): {sentence}" for sentence in sentences for word, instead in words_in(sentence)]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("def open_door(): ...", "open_door"),
        ("class CandidateShelf: ...", "CandidateShelf"),
        ("found = 1", "found"),
        ("def pay(*, asked): ...", "asked"),
        ("key = lambda one: one", "one"),
        ("try: ...\nexcept OSError as silence: ...", "silence"),
        ('"""Pays through a door."""', "door"),
        ("x = 1  # computed anew", "anew"),
        ('def pay():\n    """What is put\n    aside."""', "put aside"),
        ('raise ValueError("no such door")', "door"),
    ],
)
def test_the_check_finds_what_it_looks_for(source, word):
    assert any(f" {word}:" in finding for finding in findings(source))


def test_code_quotes_and_other_words_pass():
    assert list(findings('"""`door` is a field; an indoor anewness."""\nfounder = outdoors = 1')) == []
