"""Values of the environment that look right and are not: refused at the start, with the way to a right one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

SECRET_MIN = 32
_EXAMPLES = ("changeme", "change-me", "change_me", "secret", "example", "insecure", "password", "your-", "placeholder",
             "whsec_sandbox", "only-for-commands")  # fmt: skip


def checked_secret(name: str, value: str, *, is_production: bool) -> str:
    """
    The value, unless production would run under one that others know or guess.

    Blanks and # are refused, since files of settings are read by several programs: some of them take a comment behind
    an empty value for the value.

    :raises RuntimeError: says what is wrong and how to make a right one.
    """
    if not is_production:
        return value
    reason = ""
    if any(sign.isspace() or sign in "#\"'" for sign in value):
        reason = "has a blank, a quote or a #: a comment behind it was read as its value"
    elif len(value) < SECRET_MIN:
        reason = f"is shorter than {SECRET_MIN} characters"
    elif any(word in value.lower() for word in _EXAMPLES):
        reason = "is an example that everybody knows"
    elif len(set(value)) < 10:
        reason = "has too few different characters"
    if reason:
        raise RuntimeError(f'{name} {reason}. Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"')
    return value


def checked_prefix(name: str, value: str) -> str:
    """:raises RuntimeError: for what is no address of the proxy; downloads would be empty under it."""
    if value and (not value.startswith("/") or any(sign.isspace() or sign == "#" for sign in value)):
        raise RuntimeError(
            f"{name} must begin with / and have no blanks, like /private-media; leave it empty for none."
        )
    return value


def checked_choice(name: str, value: str, choices: Collection[str]) -> str:
    """:raises RuntimeError: for a value that is none of `choices`; a misspelled one must not mean something else."""
    if value not in choices:
        state = f"is “{value}”" if value else "is not set"
        raise RuntimeError(f"{name} {state}: set it to one of {', '.join(choices)}.")
    return value


def require_demo(folder: Path, environment: str) -> None:
    """:raises RuntimeError: where an installation without the demo, like the image of production, is not production."""
    if not folder.is_dir():
        raise RuntimeError(
            f"TRADEWIND_ENV is {environment}, and this installation does not contain the demo: set "
            "TRADEWIND_ENV=production."
        )


_Value = TypeVar("_Value", str, list[str])


def named_in_production(name: str, value: _Value, *, is_production: bool, example: str) -> _Value:
    """
    The value of a setting whose default is for the demo and for development alone.

    :raises RuntimeError: if production does not name it, with an example of what to set.
    """
    if is_production and not value:
        raise RuntimeError(f"{name} is not set, and production has no default for it. Set it, as in {name}={example}")
    return value
