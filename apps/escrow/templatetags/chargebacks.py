"""What pages say about payments that a bank takes back."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def chargeback_is_owed_back(contract: Any = None) -> bool:
    """Does the freelancer owe it back: by the terms of this contract, or by today's terms for new ones."""
    terms = getattr(contract, "terms", None)
    if isinstance(terms, dict):
        return bool(terms.get("chargeback_is_owed_back", False))
    return bool(settings.CHARGEBACK_IS_OWED_BACK)
