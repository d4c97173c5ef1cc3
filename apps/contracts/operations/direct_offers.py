"""Offers to one person without a public task: the employer writes the terms, the freelancer accepts or declines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import Organization
from apps.accounts.policies import check_are_strangers
from apps.common import limits
from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.text import is_visible
from apps.compliance import policies as compliance
from apps.contracts import errors, events, policies, terms
from apps.contracts.models import Contract
from apps.contracts.operations import offers
from apps.contracts.queries import contracts
from apps.escrow.policies import AmountNotPayable
from apps.frameworks.models import FrameworkVersion
from apps.outbox import bus
from apps.payments.queries import refunds
from apps.tasks import operations as tasks
from apps.tasks.rules import Brief


@dataclass(frozen=True, slots=True)
class CheckedOffer:
    """What is offered, tidied, and the sum of its milestones."""

    draft: terms.Draft
    total: Money


@dataclass(frozen=True, slots=True)
class UnderFramework:
    """The version of a framework agreement that an offer refers to, and what the contract's terms say of it."""

    version: FrameworkVersion
    terms: dict[str, Any]


@transaction.atomic
def offer_directly(
    *,
    freelancer_id: UUID,
    brief: Brief,
    draft: terms.Draft,
    message: str,
    actor: Actor,
    now: datetime,
    framework: UnderFramework | None = None,
    contract_id: UUID | None = None,
) -> Contract:
    """
    Offer a contract to one person. Its task is seen by nobody else and takes no bids.

    :param brief: title, category, goal and the words around them; its criteria, budget and dates are not used.
    :param draft: the milestones (amounts in the brief's currency), the acceptance criteria and included revisions.
    :param framework: of an offer that `call_offs.call_off` checked.
    :param contract_id: chosen before, for a form that may be sent twice: the same id again changes nothing.
    :raises tasks.policies.CannotBeInvited: if they do not work for others here, or one side has blocked the other.
    :raises Invalid, Conflict, NotAllowed: as `check_offer`.
    """
    if contract_id and (earlier := contracts.own_offer(actor, contract_id)):
        return earlier
    offer = check_offer(freelancer_id=freelancer_id, brief=brief, draft=draft, actor=actor, now=now)
    try:
        with transaction.atomic():
            return _offer(freelancer_id, brief, offer, message, actor, now, framework, contract_id)
    except IntegrityError:  # the same form was sent at the same moment
        earlier = contracts.own_offer(actor, contract_id) if contract_id else None
        if earlier is None:
            raise
        return earlier


def _offer(
    freelancer_id: UUID,
    brief: Brief,
    offer: CheckedOffer,
    message: str,
    actor: Actor,
    now: datetime,
    framework: UnderFramework | None,
    contract_id: UUID | None,
) -> Contract:
    limits.spend("award", actor.user_id, now=now)
    brief = replace(
        brief,
        criteria=offer.draft.criteria,
        revisions_included=offer.draft.revisions,
        budget_kind="fixed",
        budget_min_minor=offer.total.amount_minor,
        budget_max_minor=offer.total.amount_minor,
    )
    task = tasks.post_for_one(brief=brief, organization_id=freelancer_id, message=message, actor=actor, now=now)
    agreed = offers.agreed_terms(
        brief,
        amount=offer.total,
        days=sum(step.days for step in offer.draft.steps),
        milestones=[(step.title.strip(), step.amount_minor, step.days) for step in offer.draft.steps],
    )
    freelancer = Organization.objects.get(id=freelancer_id)
    contract = offers.draw_up(
        task=task,
        freelancer=freelancer,
        bid=None,
        terms=agreed | ({"framework": framework.terms} if framework else {}),
        actor=actor,
        now=now,
        framework_version=framework.version if framework else None,
        contract_id=contract_id,
    )
    bus.publish(events.ContractOffered(contract_id=contract.id), now=now)
    return contract


def check_offer(*, freelancer_id: UUID, brief: Brief, draft: terms.Draft, actor: Actor, now: datetime) -> CheckedOffer:
    """
    Check an offer before it is made; a page shows its cost then.

    :raises Invalid: if something is missing (`errors.BriefMissing`, `errors.MilestonesMissing`, …).
    :raises AmountNotPayable: if the processor cannot charge an amount exactly.
    :raises compliance.CorridorClosed: if the employer's money cannot be paid to the freelancer's country.
    :raises OnePersonOnBothSides: if both sides are the same people.
    """
    policies.check_can_offer_directly(actor)
    both = Organization.objects.in_bulk([actor.side_id, freelancer_id])
    employer, freelancer = both[actor.side_id], both[freelancer_id]
    check_are_strangers(employer.id, freelancer.id, since=now)
    compliance.check_can_be_paid(payer_country=employer.country, payee_country=freelancer.country, on=now.date())
    for name in ("title", "goal"):
        if not is_visible(getattr(brief, name)):
            raise errors.BriefMissing(field=name)
    if brief.category_id is None:
        raise errors.BriefMissing(field="category")
    draft = terms.check_new(draft)
    for step in draft.steps:
        amount = Money(step.amount_minor, brief.currency)
        if (nearest := refunds.chargeable(amount)) != amount:
            raise AmountNotPayable(currency=brief.currency, nearest=nearest, field="milestones")
    return CheckedOffer(draft, Money(sum(step.amount_minor for step in draft.steps), brief.currency))
