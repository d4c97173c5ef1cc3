"""Pages for Tradewind developers."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.common.money import Money
from apps.demo.forms import ExampleForm


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component of templates/cotton with example data, for template authors."""
    context = {
        "now": timezone.now(),
        "names": [
            "Amara Okafor",
            "王小明",
            "علي حسن",
            "श्रीनिवास राव",
            "김민수",
            "Ольга",
            "José María",
            "3M",
            "ไทย",
            "Łucja Żak",
        ],
        "long": "A text that is longer than most, with a word in it like Donaudampfschifffahrtsgesellschaft",
        "long_label": "A label that has more words than most labels have",
        "amount": Money.of("1250.00", "EUR"),
        "amount_elsewhere": Money.of("1350.20", "USD"),
        "large_amount": Money.of("1234567.89", "EUR"),
        "rating": Decimal("4.7"),
        "some_id": UUID(int=1),
        "form": ExampleForm(),
        "bare_form": ExampleForm(prefix="bare"),
        "refused_form": ExampleForm({"refused-price": "much"}, prefix="refused"),
        "options": [
            {"value": "a", "label": "Up to 500", "count": 12, "checked": True},
            {"value": "b", "label": "500 to 5,000, and some words more than one would expect here", "count": 1200},
            {"value": "c", "label": "Without a count"},
        ],
        "steps": [
            {"label": "Posted", "state": "done"},
            {"label": "Bidding, which may take a while", "state": "now"},
            {"label": "Paid", "state": ""},
        ],
    }
    return render(request, "demo/components.html", context)
