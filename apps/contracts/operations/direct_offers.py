"""Offers to one person without a public task: the employer writes the terms, the freelancer accepts or declines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Organization
from apps.accounts.policies import check_are_strangers
from apps.common import business_days, limits
from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.text import is_visible
from apps.compliance import policies as compliance
from apps.contracts import errors, events, policies, rules, terms
from apps.contracts.models import Contract, ContractCriterion, Milestone
from apps.contracts.operations.offers import ANSWER_DAYS
from apps.escrow.policies import AmountNotPayable
from apps.outbox import bus
from apps.payments.queries import refunds
from apps.tasks import operations as tasks
from apps.tasks.rules import Brief


@transaction.atomic
def offer_directly(
    *, freelancer_id: UUID, brief: Brief, draft: terms.Draft, message: str, actor: Actor, now: datetime
) -> Contract:
    """
    Offer a contract to one person. Its task is seen by nobody else and takes no bids.

    :param brief: title, category, goal and the words around them; its criteria, budget and dates are not used.
    :param draft: the milestones (amounts in the brief's currency), the acceptance criteria and included revisions.
    :raises Invalid: if something is missing (`errors.BriefMissing`, `errors.MilestonesMissing`, …).
    :raises AmountNotPayable: if the processor cannot charge an amount exactly.
    :raises tasks.policies.CannotBeInvited: if they do not work for others here, or one side has blocked the other.
    :raises compliance.CorridorClosed: if the employer's money cannot be paid to the freelancer's country.
    :raises OnePersonOnBothSides: if both sides are the same people.
    """
    policies.check_can_offer_directly(actor)
    draft, total = check_offer(brief, draft)
    freelancer = Organization.objects.get(id=freelancer_id)
    employer = Organization.objects.get(id=actor.side_id)
    limits.spend("award", actor.user_id, now=now)
    check_are_strangers(employer.id, freelancer.id, since=now)
    compliance.check_can_be_paid(payer_country=employer.country, payee_country=freelancer.country, on=now.date())
    task = tasks.post_for_one(
        brief=replace(
            brief,
            criteria=draft.criteria,
            revisions_included=draft.revisions,
            budget_kind="fixed",
            budget_min_minor=total.amount_minor,
            budget_max_minor=total.amount_minor,
        ),
        organization_id=freelancer.id,
        message=message,
        actor=actor,
        now=now,
    )
    values = _terms(brief, draft, total)
    contract = Contract.objects.create(
        task=task,
        employer=employer,
        freelancer=freelancer,
        title=task.title,
        amount_minor=total.amount_minor,
        currency=total.currency,
        binding_language=brief.source_language,
        terms=values,
        terms_sha256=rules.fingerprint(values),
        revisions_included=draft.revisions,
        offered_at=now,
        offered_by_id=actor.user_id,
        respond_by=business_days.deadline(now, ANSWER_DAYS, country=freelancer.country, time_zone=freelancer.time_zone),
    )
    ContractCriterion.objects.bulk_create(
        ContractCriterion(contract=contract, position=position, text=text)
        for position, text in enumerate(draft.criteria, start=1)
    )
    Milestone.objects.bulk_create(
        Milestone(
            contract=contract,
            position=position,
            title=step.title.strip(),
            amount_minor=step.amount_minor,
            currency=total.currency,
            days=step.days,
        )
        for position, step in enumerate(draft.steps, start=1)
    )
    bus.publish(events.ContractOffered(contract_id=contract.id), now=now)
    return contract


def check_offer(brief: Brief, draft: terms.Draft) -> tuple[terms.Draft, Money]:
    """Return the tidied terms and the price of all milestones. Raises as `offer_directly` for what is filled in."""
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
    return draft, Money(sum(step.amount_minor for step in draft.steps), brief.currency)


def _terms(brief: Brief, draft: terms.Draft, total: Money) -> dict[str, Any]:
    """The agreement as plain values, as of a contract from a bid."""
    return {
        "title": brief.title,
        "background": brief.background,
        "goal": brief.goal,
        "requirements": brief.requirements,
        "payment_terms": brief.payment_terms,
        "language": brief.source_language,
        "deadline_at": None,
        "criteria": list(draft.criteria),
        "addenda": [],
        "amount_minor": total.amount_minor,
        "currency": total.currency,
        "exchange_bearer": "freelancer",
        "exchange_minor": 0,
        "days": sum(step.days for step in draft.steps),
        "revisions_included": draft.revisions,
        "chargeback_is_owed_back": settings.CHARGEBACK_IS_OWED_BACK,
        "cover_note": "",
        "answers": [],
        "milestones": [
            {"title": step.title.strip(), "amount_minor": step.amount_minor, "days": step.days} for step in draft.steps
        ],
    }
