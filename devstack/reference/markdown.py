"""Helpers for Markdown pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "*Generated from the code by `python3 go.py docs`. Do not edit this page.*"


def page(title: str, introduction: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTICE, introduction, *(part for part in parts if part)]) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def first_paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").strip().split("\n\n")[0].split())
