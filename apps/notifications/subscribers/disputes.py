"""Notifications of disputes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.disputes import events as disputes
from apps.disputes.models import Dispute, DisputeStatement, SplitProposal
from apps.disputes.states import DisputeStatus
from apps.notifications import rules
from apps.notifications.subscribers.recipients import notify_organization
from apps.outbox import bus

_DISPUTE_ENDS = {
    DisputeStatus.SETTLED: "dispute_settled",
    DisputeStatus.DECIDED: "dispute_decided",
    DisputeStatus.WITHDRAWN: "dispute_withdrawn",
    DisputeStatus.LAPSED: "dispute_lapsed",
}


def _notify_of_dispute(dispute: Dispute, to: UUID, kind: str, key: object, now: datetime, **params: Any) -> None:
    notify_organization(to, kind, key, now, "disputes:room", dispute.id, milestone=dispute.milestone.title, **params)


def _dispute(dispute_id: UUID) -> Dispute:
    return Dispute.objects.select_related("milestone", "opened_by", "respondent").get(id=dispute_id)


@bus.subscribe(disputes.DisputeOpened, name="notifications.dispute_opened")
def dispute_opened(event: disputes.DisputeOpened, now: datetime) -> None:
    dispute = _dispute(event.dispute_id)
    _notify_of_dispute(
        dispute, event.respondent_id, "dispute_opened", dispute.id, now, who=dispute.opened_by.display_name,
        amount=rules.money(dispute.amount), answer_due_at=rules.moment(dispute.answer_due_at),
    )  # fmt: skip


@bus.subscribe(disputes.DisputeSaid, name="notifications.dispute_said")
def dispute_said(event: disputes.DisputeSaid, now: datetime) -> None:
    statement = DisputeStatement.objects.select_related("organization").get(id=event.statement_id)
    _notify_of_dispute(
        _dispute(event.dispute_id), event.to_id, "dispute_said", statement.id, now,
        who=statement.organization.display_name, text=rules.text(statement.text),
    )  # fmt: skip


@bus.subscribe(disputes.SplitProposed, name="notifications.split_proposed")
def split_proposed(event: disputes.SplitProposed, now: datetime) -> None:
    proposal = SplitProposal.objects.select_related("organization", "dispute").get(id=event.proposal_id)
    _notify_of_dispute(
        _dispute(event.dispute_id), event.to_id, "split_proposed", proposal.id, now,
        who=proposal.organization.display_name, freelancer=rules.money(proposal.freelancer_part),
        employer=rules.money(proposal.employer_part),
    )  # fmt: skip


@bus.subscribe(disputes.DisputeEnded, name="notifications.dispute_ended")
def dispute_ended(event: disputes.DisputeEnded, now: datetime) -> None:
    dispute = _dispute(event.dispute_id)
    parts = {}
    if dispute.freelancer_part is not None and dispute.employer_part is not None:
        parts = {"freelancer": rules.money(dispute.freelancer_part), "employer": rules.money(dispute.employer_part)}
    for to in (dispute.opened_by_id, dispute.respondent_id):
        _notify_of_dispute(dispute, to, _DISPUTE_ENDS[DisputeStatus(event.status)], dispute.id, now, **parts)
