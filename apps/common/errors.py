"""
Errors for users: one class per reason, with a stable code and a sentence the user can act on.

Converted once for pages (`middleware`) and once for the API (`api.problems`, RFC 9457).
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@singledispatch
def in_words(value: object) -> object:
    """The value as text for a sentence, in the active language. `fmt` registers amounts, dates and countries."""
    return value


class DomainError(Exception):
    """
    The base of all domain errors. `field` names a form field. `params` fill the placeholders of `message` and are
    values (`Money`, `datetime`): they are formatted when the sentence is displayed, in the language and time zone
    active then.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str | Promise] = _("That did not work")
    message: ClassVar[str | Promise] = _("That did not work.")
    field: str | None = None
    retry_after: ClassVar[int | None] = None
    """Seconds after which the same request may succeed, if known."""

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        self.params = params
        if field is not None:
            self.field = field
        super().__init__(self.code)

    def headers(self) -> dict[str, str]:
        """Response headers, for pages and the API."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def __str__(self) -> str:
        sentence = str(self.message)
        return sentence % {name: in_words(value) for name, value in self.params.items()} if self.params else sentence


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403
    title = _("Not allowed")
    message = _("You may not do this. Ask an owner of your organization for the right role.")


class Conflict(DomainError):
    code = "conflict"
    status = 409
    title = _("Things have changed")
    message = _("This has changed since you opened it. Load the page again and look at its present state.")


class Invalid(DomainError):
    code = "invalid"
    status = 422
    title = _("Something needs your attention")
    message = _("Please check what you entered.")


class NotFound(DomainError):
    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("We cannot find that, or you may not see it.")


class Unavailable(DomainError):
    """An external service does not answer. Nothing is lost and the same step may be repeated."""

    code = "unavailable"
    status = 503
    retry_after = 30
    title = _("Not reachable just now")
    message = _("An outside service does not answer just now. Nothing was lost: please try again in a minute.")


class Overloaded(DomainError):
    """More requests arrive than the site can process; this one was refused before anything was done."""

    code = "overloaded"
    status = 503
    retry_after = 5
    title = _("Too busy just now")
    message = _(
        "More people use the site than it can serve just now. Nothing was changed: please try again in a minute."
    )


class TooManyRequests(DomainError):
    """A rate limit was reached; the same step is possible again after `wait_seconds`."""

    code = "too_many_requests"
    status = 429
    title = _("Too many requests")
    message = _("You have done this very often in a short time. You can do it again in %(minutes)s minutes.")

    def __init__(self, *, wait_seconds: int, **params: Any) -> None:
        self.wait_seconds = max(1, wait_seconds)
        super().__init__(minutes=-(-self.wait_seconds // 60), **params)

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait_seconds)}


class MalformedRequest(DomainError):
    """Input that no browser or program sends by accident: control characters, broken encodings, very deep nesting."""

    code = "malformed"
    status = 400
    message = _("The request could not be read. Go back, check what you entered and try again.")


class ServerFault(DomainError):
    code = "server_error"
    status = 500
    message = _("Something went wrong on our side. Please try again in a minute.")


class IllegalTransition(Conflict):
    code = "illegal_transition"
    message = _("This step is not possible any more, because the state has changed to “%(state)s”.")
