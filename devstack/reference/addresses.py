"""The list of all pages and all API endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from devstack.reference.markdown import code, first_paragraph, page, table
from devstack.services import REPO

LINKS_SHOWN_MAX = 3
METHODS = ("get", "post", "put", "patch", "delete")


def pages_page() -> str:
    from django.conf import settings

    by_app: dict[str, list[tuple[str, str, str]]] = {}
    for name, address in sorted(set(_pages())):
        row = (code(name), code(address), ", ".join(map(code, linked_from(name)[:LINKS_SHOWN_MAX])))
        by_app.setdefault(name.split(":")[0], []).append(row)
    languages = ", ".join(code(f"/{language}/") for language, _name in settings.LANGUAGES)
    return page(
        "Pages",
        f"The site's URLs, without the language prefix ({languages}). The name is the argument of `{{% url %}}`. The "
        f"last column has up to {LINKS_SHOWN_MAX} templates with a link or a form to it, or the code that leads there.",
        *(f"## {app}\n\n" + table(("name", "address", "linked from"), rows) for app, rows in by_app.items()),
    )


def page_names() -> list[str]:
    return sorted({name for name, _address in _pages()})


def linked_from(name: str) -> list[str]:
    """What leads to a page: the templates that name it, else the modules that do (redirects, mails, models)."""
    quoted = re.compile(rf"""['"]{re.escape(name)}['"]""")
    for folder, pattern in (("templates", "*.html"), ("apps", "*.py")):
        if sources := [path for path, text in _texts(folder, pattern) if quoted.search(text)]:
            return sources
    return []


@cache
def _texts(folder: str, pattern: str) -> list[tuple[str, str]]:
    paths = (path for path in sorted((REPO / folder).rglob(pattern)) if path.name != "urls.py")
    return [(str(path.relative_to(REPO / folder)), path.read_text()) for path in paths]


def _pages() -> Iterator[tuple[str, str]]:
    from django.conf import settings
    from django.urls import URLPattern, URLResolver, get_resolver

    languages = dict(settings.LANGUAGES)

    def walk(patterns: list[Any], namespace: str, prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                is_language = re.fullmatch(r"[a-z-]+/", route) and route.rstrip("/") in languages
                yield from walk(
                    pattern.url_patterns, pattern.namespace or namespace, prefix + ("" if is_language else route)
                )
            elif isinstance(pattern, URLPattern) and namespace in settings.AREAS:
                yield f"{namespace}:{pattern.name}", f"/{prefix}{route}"

    yield from walk(get_resolver().url_patterns, "", "")


def api_page() -> str:
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    by_area: dict[str, list[tuple[str, str, str]]] = {}
    for path, operations in sorted(schema["paths"].items()):
        for method in METHODS:
            if operation := operations.get(method):
                text = operation.get("summary") or first_paragraph(operation.get("description"))
                by_area.setdefault(path.split("/")[3], []).append((method.upper(), code(path), text))
    return page(
        "API",
        f"{schema['info']['description']}\n\n"
        "On a running site, `/api/docs/` shows the requests and responses of every endpoint, "
        "and `/api/schema/` is the OpenAPI 3 description.",
        *(f"## {area}\n\n" + table(("method", "address", "what it does"), rows) for area, rows in by_area.items()),
    )
