"""Every address of the site, and examples that fit it: for tests that ask all of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_EXAMPLES = {
    "uuid": "019a0000-0000-7000-8000-000000000001", "slug": "a-b", "int": "7", "str": "x", "path": "a/b",
    "month": "2026-10",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A route with its parameters as Django writes them: `/en/bids/<uuid:bid_id>/`."""

    route: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("/api/")

    def filled(self, choose: Callable[[str, str], str] | None = None) -> str:
        """
        The address with a value in each place.

        :param choose: gives the value for a converter and a name; else an example that nothing has.
        """

        def value(match: re.Match[str]) -> str:
            converter, name = match[1] or "str", match[2]
            return choose(converter, name) if choose else _EXAMPLES.get(converter, "x")

        return _PARAMETER.sub(value, self.route)


@cache
def addresses(*, with_admin: bool = False) -> tuple[Address, ...]:
    """All addresses of the areas, of the login's pages, the API and the machines'; regular expressions left out."""
    result: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern.pattern, LocalePrefixPattern):
                part = "en/"
            elif hasattr(pattern.pattern, "_route"):
                part = str(pattern.pattern._route)
            else:
                continue
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "admin" or with_admin:
                    walk(pattern.url_patterns, prefix + part)
            else:
                result.append(prefix + part)

    walk(get_resolver().url_patterns, "/")
    return tuple(Address(route) for route in sorted(set(result)))


def filler(known_values: Mapping[str, list[str]], chance: random.Random) -> Callable[[str, str], str]:
    """Chooses mostly from `known` values of a converter or a name, now and then something that nothing has."""

    def choose(converter: str, name: str) -> str:
        values = known_values.get(name) or known_values.get(converter) or []
        if values and chance.random() < 0.9:
            return chance.choice(values)
        return _EXAMPLES.get(converter, "x")

    return choose
