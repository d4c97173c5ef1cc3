"""
Evidence for a chargeback from the contract page, as one text and a list of files.

Always in English, because it is read by banks, not by users.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django import template

from apps.contracts.models import Contract, Milestone
from apps.contracts.queries import milestones, timeline
from apps.files.models import StoredFile
from apps.messaging import queries

register = template.Library()
TEXT_MAX = 20_000
MESSAGE_CHARS_MAX = 400


@dataclass
class Pack:
    text: str = ""
    files: list[StoredFile] = field(default_factory=list)


@register.simple_tag
def evidence_pack(escrow_id: UUID) -> Pack:
    """Return the agreement, deliveries, approvals and messages of one escrow; empty if it has no contract."""
    milestone = queries.milestone_of_escrow(escrow_id)
    if milestone is None:
        return Pack()
    pack, contract = Pack(), milestone.contract
    parts = [
        _agreement(contract, milestone),
        _deliveries(contract, milestone, pack),
        _timeline(contract, milestone),
        _messages(contract, pack),
    ]
    pack.text = "\n\n".join(part for part in parts if part)[:TEXT_MAX]
    return pack


def _agreement(contract: Contract, milestone: Milestone) -> str:
    lines = [
        "AGREEMENT",
        f"Contract: {contract.title}",
        f"Employer (cardholder's organization): {contract.employer.legal_name or contract.employer.display_name}",
        f"Freelancer: {contract.freelancer.legal_name or contract.freelancer.display_name}",
        f"Offered by the employer: {_at(contract.offered_at)}",
        f"Accepted by the freelancer: {_at(contract.accepted_at)}",
        f"SHA-256 of the agreed terms: {contract.terms_sha256}",
        f"Milestone paid for: {milestone.title}, {milestone.amount.as_decimal()} {milestone.currency}",
        "What was agreed as done:",
        *(f"- {criterion.text}" for criterion in contract.criteria.order_by("position")),
    ]
    return "\n".join(lines)


def _deliveries(contract: Contract, milestone: Milestone, pack: Pack) -> str:
    lines = []
    for delivery in milestones.deliverables(contract.id):
        if delivery.milestone_id != milestone.id:
            continue
        files = [file.file for file in delivery.files.all()]
        pack.files += files
        met = [check for check in delivery.checks.all() if check.is_met]
        lines += [
            f"{_at(delivery.submitted_at)}: version {delivery.version} delivered, "
            f"{len(met)} of {len(delivery.checks.all())} agreed points met. {delivery.note}",
            *(f"  file {file.name}, {file.size} bytes, SHA-256 {file.sha256}" for file in files),
        ]
    return "\n".join(["DELIVERIES", *lines]) if lines else ""


def _timeline(contract: Contract, milestone: Milestone) -> str:
    lines = [
        f"{_at(item.at)}: {item.kind.replace('.', ' ').replace('_', ' ')}"
        for item in timeline.timeline(contract)
        if item.milestone is None or item.milestone.id == milestone.id
    ]
    return "\n".join(["TIMELINE (UTC)", *lines]) if lines else ""


def _messages(contract: Contract, pack: Pack) -> str:
    lines = []
    for message in queries.whole_thread(contract.id):
        pack.files += [file.file for file in message.files.all()]
        who = message.sender_organization.display_name
        lines.append(f"{_at(message.sent_at)} {who}: {message.text[:MESSAGE_CHARS_MAX]}")
    return "\n".join(["MESSAGES", *lines]) if lines else ""


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "not yet"
