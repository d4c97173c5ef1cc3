"""The allauth adapters: account mail, login and two-factor secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import EmailMessage
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.urls import translate_url
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from apps.accounts import gateways
from apps.accounts.middleware import has_fresh_login
from apps.accounts.models import User
from apps.common import limits
from apps.common.text import canonical_email, mailbox_of

Queue = Callable[[EmailMessage, User | None, str], None]
_queues: list[Queue] = []
sessions_ended = Signal()
"""A person logged out other browsers. Arguments: `user_id`, and the `request` of the browser where it was asked for."""


def on_mail(queue: Queue) -> None:
    """Register the queue that sends account mail later. It is owned by an app in a higher layer."""
    _queues[:] = [queue]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "email_taken": _("There is an account with this e-mail address already."),
        "enter_current_password": _("Enter your current password."),
        "incorrect_code": _("This code is wrong. Enter the newest one that you got."),
        "incorrect_password": _("This password is wrong."),
        "max_email_addresses": _("You cannot add more than %d e-mail addresses."),
        "too_many_login_attempts": _("Too many attempts failed. Wait a few minutes and try again."),
        "unverified_primary_email": _("Confirm the address first."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Queue account mail in the recipient's language, not in the language of the request. Its links lead to SITE_URL,
        whatever host the request named. A worker sends it, so that no page waits for a mail server.
        """
        if not limits.allows("account_mail", mailbox_of(email), now=timezone.now()):
            return  # the page looks the same as always: an error would show that the address has an account
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language() or "en"
        site = {"name": settings.SITE_NAME, "domain": urlsplit(settings.SITE_URL).netloc}
        ours = {name: _at_our_address(value) for name, value in context.items()} | {"current_site": site}
        with translation.override(language):
            whole = {"request": allauth_context.request, "email": email} | ours
            message = self.render_mail(template_prefix, email, whole)
        for queue in _queues:
            queue(message, user if isinstance(user, User) and user.pk else None, language)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """After login, continue in the user's saved language, and save it in this browser."""
        response: HttpResponse = super().post_login(request, user, **options)
        if options.get("signup") or user.language not in dict(settings.LANGUAGES):
            return response
        if response.has_header("Location"):
            response["Location"] = translate_url(response["Location"], user.language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def clean_email(self, email: str) -> str:
        return canonical_email(super().clean_email(email))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        names = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code from your app"),
            "mfa_reauthenticate:webauthn": _("Use a passkey or security key"),
        }
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [way | {"description": names.get(way["id"], way["description"])} for way in ways]

    def is_reauthentication_required(self, *, app: str) -> bool:
        """A login of a few minutes ago counts as a reauthentication (`middleware.has_fresh_login`)."""
        request = allauth_context.request
        return super().is_reauthentication_required(app=app) and (request is None or not has_fresh_login(request))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or "en"
        user.display_name = user.display_name or form.cleaned_data.get("display_name") or user.email.split("@")[0]
        saved: User = super().save_user(request, user, form, commit)
        return saved


def _at_our_address(value: Any) -> Any:
    """A URL that allauth built from the request's host, moved to SITE_URL; any other value unchanged."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    site = urlsplit(settings.SITE_URL)
    return urlunsplit((site.scheme, site.netloc, *urlsplit(value)[2:]))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts two-factor secrets and the seeds of recovery codes in the database."""

    def encrypt(self, text: str) -> str:
        return gateways.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return gateways.decrypt(encrypted_text)


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Says when a person ends sessions, so that what belongs to those browsers ends with them."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        for user_id in {session.user_id for session in ended}:
            sessions_ended.send(sender=type(self), request=allauth_context.request, user_id=user_id)
