"""Where allauth meets our people."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import translation

from apps.accounts.middleware import has_fresh_login
from apps.accounts.models import User

Queue = Callable[[EmailMessage, User | None, str], None]
_queues: list[Queue] = []


def on_mail(queue: Queue) -> None:
    """Who takes account mail and sends it later: set by the area above that keeps the queue."""
    _queues[:] = [queue]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Account mail is written in the recipient's language, not in the one of whoever asked for it, and sent by a
        worker: no page waits for a mail server.
        """
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language() or "en"
        with translation.override(language):
            request = allauth_context.request
            whole = {"request": request, "email": email, "current_site": get_current_site(request)} | context
            message = self.render_mail(template_prefix, email, whole)
        for queue in _queues:
            queue(message, user if isinstance(user, User) and user.pk else None, language)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """A login of a few minutes ago counts as much as having been asked again (`middleware.has_fresh_login`)."""
        request = allauth_context.request
        return super().is_reauthentication_required(app=app) and (request is None or not has_fresh_login(request))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or "en"
        user.display_name = user.display_name or form.cleaned_data.get("display_name") or user.email.split("@")[0]
        saved: User = super().save_user(request, user, form, commit)
        return saved
