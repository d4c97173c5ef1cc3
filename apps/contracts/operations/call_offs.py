"""Offers under a framework agreement: its rates times quantities are the milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from apps.accounts.policies import NotYours
from apps.common.actors import Actor
from apps.contracts import errors, policies, terms
from apps.contracts.models import Contract
from apps.contracts.operations import direct_offers
from apps.contracts.operations.direct_offers import CheckedOffer, UnderFramework
from apps.contracts.queries import contracts
from apps.frameworks import policies as framework_policies
from apps.frameworks import terms as framework_terms
from apps.frameworks.models import Framework
from apps.frameworks.queries import frameworks
from apps.frameworks.terms import QUANTITY_MAX, Rate
from apps.tasks.rules import Brief

QUANTITY_DIGITS = 2
"""After the decimal point."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    One milestone of the offer: a quantity of one agreed rate.

    :param rate: its number in the terms, from 1.
    :param days: calendar days from funding.
    :param title: of the milestone; if empty, the description of the rate.
    """

    rate: int
    quantity: Decimal
    days: int
    title: str = ""


@transaction.atomic
def call_off(
    *,
    framework_id: UUID,
    brief: Brief,
    lines: Sequence[Line],
    criteria: tuple[str, ...],
    message: str,
    actor: Actor,
    now: datetime,
    contract_id: UUID | None = None,
) -> Contract:
    """
    Offer a contract under the terms of a framework agreement. Its currency, revisions and review window are those of
    the terms. Offers at the same time wait for each other, so that together they stay below the ceiling.

    :param brief: as `direct_offers.offer_directly`; its currency is not used.
    :param contract_id: chosen before, for a form that may be sent twice: the same id again changes nothing.
    :raises NotInForce: outside the validity of the framework agreement.
    :raises CeilingExceeded: if the contracts under it would exceed its ceiling.
    :raises Invalid, Conflict, NotAllowed: as `direct_offers.offer_directly`.
    """
    framework = frameworks.framework_for_update(framework_id)
    if contract_id and (earlier := contracts.own_offer(actor, contract_id)):
        return earlier
    offer = check_call_off(framework=framework, brief=brief, lines=lines, criteria=criteria, actor=actor, now=now)
    version = frameworks.newest_version(framework)
    rates = [version.terms["rates"][line.rate - 1] for line in lines]
    return direct_offers.offer_directly(
        freelancer_id=framework.freelancer_id,
        brief=replace(brief, currency=framework.currency),
        draft=offer.draft,
        message=message,
        actor=actor,
        now=now,
        framework=UnderFramework(
            version,
            {
                "id": str(framework.id),
                "title": framework.title,
                "version": version.number,
                "sha256": version.sha256,
                "lines": [rate | {"quantity": str(line.quantity)} for rate, line in zip(rates, lines, strict=True)],
            },
        ),
        contract_id=contract_id,
    )


def check_call_off(
    *,
    framework: Framework,
    brief: Brief,
    lines: Sequence[Line],
    criteria: tuple[str, ...],
    actor: Actor,
    now: datetime,
) -> CheckedOffer:
    """
    Check an offer before it is made; a page shows its cost then.

    :raises NotInForce, CeilingExceeded, Invalid, Conflict, NotAllowed: as `call_off`.
    """
    if not actor.acts_for(framework.employer_id):
        raise NotYours
    framework_policies.check_is_valid(framework, now.date())
    draft = _draft(framework, lines, criteria, frameworks.newest_version(framework).draft())
    offer = direct_offers.check_offer(
        freelancer_id=framework.freelancer_id,
        brief=replace(brief, currency=framework.currency),
        draft=draft,
        actor=actor,
        now=now,
    )
    policies.check_within_ceiling(framework, offer.total)
    return offer


def _draft(
    framework: Framework, lines: Sequence[Line], criteria: tuple[str, ...], agreed: framework_terms.Draft
) -> terms.Draft:
    steps = tuple(_step(line, agreed.rates, framework.currency) for line in lines)
    return terms.Draft(steps=steps, criteria=criteria, revisions=agreed.revisions)


def _step(line: Line, rates: tuple[Rate, ...], currency: str) -> terms.Wanted:
    has_digits = line.quantity == round(line.quantity, QUANTITY_DIGITS)
    if not 1 <= line.rate <= len(rates) or not 0 < line.quantity <= QUANTITY_MAX or not has_digits:
        raise errors.CallOffLineNotReadable
    rate = rates[line.rate - 1]
    title = line.title.strip() or rate.description[:140]
    amount = framework_terms.price(rate, line.quantity, currency)
    if not 0 < amount.amount_minor <= terms.AMOUNT_MAX:
        raise errors.CallOffAmountNotPossible(title=title)
    return terms.Wanted(None, title, amount.amount_minor, line.days)
