"""docs/pages.md lists every page, and no page that does not exist."""

import re

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver


def pages() -> list[tuple[str, str]]:
    """(namespaced name, route) of every page of our own areas, behind the language's prefix."""
    found: list[tuple[str, str]] = []

    def walk(patterns, namespace: str, prefix: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, one.namespace or namespace, prefix + _plain(one))
            elif isinstance(one, URLPattern) and namespace in settings.AREAS:
                found.append((f"{namespace}:{one.name}", prefix + str(one.pattern)))

    walk(get_resolver().url_patterns, "", "")
    return sorted(set(found))


def _plain(resolver: URLResolver) -> str:
    text = str(resolver.pattern)
    return "" if re.fullmatch(r"[a-z-]+/", text) and text.rstrip("/") in dict(settings.LANGUAGES) else text


def test_the_list_of_pages_is_complete():
    listed = set(
        re.findall(r"^\| `([a-z]+:[a-z_-]+)`", (settings.BASE_DIR / "docs/pages.md").read_text(), re.MULTILINE)
    )
    assert listed == {name for name, _route in pages()}
