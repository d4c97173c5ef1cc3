"""Stripe's form encoding: `metadata[payout]=...`, `line_items[0][price_data][currency]=eur`, `expand[]=...`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"\[([^\]]*)\]")


def parse(text: str) -> dict[str, Any]:
    """Nested dictionaries from a query string or form. Lists are dictionaries keyed by index; `[]` appends."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head = name.split("[", 1)[0]
        _put(root, [head, *_PART.findall(name)], value)
    return root


def _put(node: dict[str, Any], path: list[str], value: str) -> None:
    for part, following in zip(path, [*path[1:], None], strict=True):
        if following is None:
            if part == "":
                node[str(len(node))] = value
            else:
                node[part] = value
        else:
            node = node.setdefault(part, {})


def integer(fields: dict[str, Any], name: str) -> int | None:
    """The value as an integer, or None if it is missing or not an integer."""
    try:
        return int(fields[name])
    except (KeyError, TypeError, ValueError):
        return None
