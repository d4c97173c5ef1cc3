"""Framework agreements for tests, by the real operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.contracts.models import Contract
from apps.contracts.operations import call_offs
from apps.contracts.operations.call_offs import Line
from apps.frameworks import operations, terms
from apps.frameworks.models import Framework
from apps.frameworks.terms import Rate

RATES = (Rate("Translation, English to Spanish", "thousand_words", 100_00), Rate("Review call", "hour", 60_00))
CRITERIA = ("All twelve pages are translated",)


def draft(make: Any, **fields: Any) -> terms.Draft:
    today = make.now.date()
    whole = terms.Draft(
        title="Translations in 2027",
        source_language="en",
        starts_on=today,
        ends_on=today + timedelta(days=365),
        currency="EUR",
        rates=RATES,
        revisions=3,
        review_days=5,
        notice_days=14,
        ceiling_minor=1000_00,
        confidentiality="Nothing leaves the two teams.",
    )
    return replace(whole, **fields)


def propose(make: Any, sides: Any, *, by: Any = None, role: str = "owner", **fields: Any) -> Framework:
    employer, freelancer = sides
    return operations.propose(
        employer_id=employer.id,
        freelancer_id=freelancer.id,
        draft=draft(make, **fields),
        actor=make.actor(by or employer, role),
        now=make.now,
    )


def in_force(make: Any, sides: Any, **fields: Any) -> Framework:
    framework = propose(make, sides, **fields)
    return operations.accept(framework_id=framework.id, number=1, actor=make.actor(sides[1]), now=make.now)


def call_off(
    make: Any, framework: Framework, *lines: tuple[int, str], actor: Any = None, days: int = 7, **brief: Any
) -> Contract:
    """Lines are (number of the rate, quantity)."""
    return call_offs.call_off(
        framework_id=framework.id,
        brief=make.brief(**brief),
        lines=[Line(rate, Decimal(quantity), days) for rate, quantity in lines],
        criteria=CRITERIA,
        message="As agreed.",
        actor=actor or make.actor(framework.employer),
        now=make.now,
    )
