"""Where allauth meets our people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import translation

from apps.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Account mail goes out in the recipient's language, not in the one of whoever asked for it."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language() or "en"
        with translation.override(language):
            super().send_mail(template_prefix, email, context)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or "en"
        user.display_name = user.display_name or form.cleaned_data.get("display_name") or user.email.split("@")[0]
        saved: User = super().save_user(request, user, form, commit)
        return saved
