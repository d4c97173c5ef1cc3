"""The settings and commands of an installation."""

from __future__ import annotations

import re
from importlib import import_module

from devstack.reference.markdown import code, page, table
from devstack.services import REPO

VARIABLE = re.compile(r"(?:# )?([A-Z][A-Z0-9_]+)=(.*)")


def settings_page() -> str:
    parts: list[str] = []
    rows: list[tuple[str, str, str]] = []
    comment: list[str] = []
    columns = ("setting", "value in .env.example, or default", "what it does")

    def finish() -> None:
        if rows:
            parts.append(table(columns, rows))
            rows.clear()

    for line in (REPO / ".env.example").read_text().splitlines():
        if line.startswith("# -- "):
            finish()
            parts.append(f"## {line.removeprefix('# -- ').capitalize()}")
            comment = []
        elif variable := VARIABLE.fullmatch(line):
            rows.append((code(variable[1]), code(variable[2]), " ".join(comment)))
            comment = []
        elif line.startswith("# "):
            comment.append(line.removeprefix("# "))
        elif not line:
            comment = []
    finish()
    return page(
        "Settings",
        "Every setting is read from the environment, or from the file `.env` next to `manage.py`. This page is made "
        "from `.env.example`; a test checks that the file is complete. A setting without a description shares the one "
        "above it.",
        *parts,
    )


def commands_page() -> str:
    from django.core.management import get_commands

    rows: dict[str, list[tuple[str, str]]] = {}
    for name, app in sorted(get_commands().items()):
        if isinstance(app, str) and app.startswith("apps."):
            command = import_module(f"{app}.management.commands.{name}").Command()
            rows.setdefault(app, []).append((code(name), command.help))
    return page(
        "Commands",
        "`manage.py NAME --help` lists the options of a command. On the demo's servers: `python3 go.py manage NAME`. "
        "The commands of `apps.demo` do not exist in production.",
        *(f"## {app}\n\n" + table(("command", "what it does"), result) for app, result in rows.items()),
    )
