"""Template tags for pages about chargebacks."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def chargeback_is_owed_back(contract: Any = None) -> bool:
    """
    Whether the freelancer owes a chargeback back: by the terms of this contract, or by today's terms for new ones.
    """
    terms = getattr(contract, "terms", None)
    if isinstance(terms, dict):
        return bool(terms.get("chargeback_is_owed_back", False))
    return bool(settings.CHARGEBACK_IS_OWED_BACK)
