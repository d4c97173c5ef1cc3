"""Checks of environment values at startup: a bad value is refused, with an explanation of how to set a good one."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

SECRET_MIN = 32
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (NIST SP 800-186)."""
_EXAMPLES = ("changeme", "change-me", "change_me", "secret", "example", "insecure", "password", "your-", "placeholder",
             "whsec_sandbox", "only-for-commands")  # fmt: skip


def checked_secret(name: str, value: str, *, is_production: bool) -> str:
    """
    The value, unless it is a known or weak secret in production.

    Blanks and # are refused, because several programs read settings files, and some take a comment after an empty value
    as the value.

    :raises RuntimeError: with the reason, and how to create a good one.
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
    """:raises RuntimeError: if it is not a path of the proxy; downloads would be empty."""
    if value and (not value.startswith("/") or any(sign.isspace() or sign == "#" for sign in value)):
        raise RuntimeError(
            f"{name} must begin with / and have no blanks, like /private-media; leave it empty for none."
        )
    return value


def checked_push_key(name: str, value: str) -> str:
    """
    The private key that signs push messages: 32 bytes in base64url; "" for none.

    :raises RuntimeError: if it is something else, with how to make one.
    """
    if value:
        try:
            key = urlsafe_b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4))
        except ValueError:
            key = b""
        if len(key) != 32 or not 0 < int.from_bytes(key, "big") < P256_ORDER:
            raise RuntimeError(f"{name} is no key for push messages. Make one: manage.py web_push_key")
    return value


def checked_choice(name: str, value: str, choices: Collection[str]) -> str:
    """:raises RuntimeError: if the value is not one of `choices`; a misspelled one must not be ignored."""
    if value not in choices:
        state = f"is “{value}”" if value else "is not set"
        raise RuntimeError(f"{name} {state}: set it to one of {', '.join(choices)}.")
    return value


def require_demo(folder: Path, environment: str) -> None:
    """
    :raises RuntimeError: if an installation without the demo, like the production image, runs in another environment
        than production.
    """
    if not folder.is_dir():
        raise RuntimeError(
            f"TRADEWIND_ENV is {environment}, and this installation does not contain the demo: set "
            "TRADEWIND_ENV=production."
        )


_Value = TypeVar("_Value", str, list[str])


def named_in_production(name: str, value: _Value, *, is_production: bool, example: str) -> _Value:
    """
    The value of a setting that has a default only for the demo and development.

    :raises RuntimeError: if it is empty in production, with an example.
    """
    if is_production and not value:
        raise RuntimeError(f"{name} is not set, and production has no default for it. Set it, as in {name}={example}")
    return value
