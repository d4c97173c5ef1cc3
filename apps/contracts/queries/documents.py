"""The contract as a document: what both accepted, what changed, and what was delivered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from apps.accounts.models import Organization, User
from apps.common import typesetting
from apps.common.actors import Actor
from apps.common.money import Money
from apps.contracts import fmt
from apps.contracts.fmt import AcceptedVersion, ContractContents, DeliveredFile, DeliveredVersion, PartyOfContract
from apps.contracts.models import Contract, ContractVersion, Deliverable
from apps.contracts.queries import changes, contracts, milestones
from apps.contracts.states import ContractStatus

TEMPLATE = Path(__file__).parents[1] / "typst" / "contract.typ"


def pdf(contract: Contract, now: datetime, *, reader: Actor, language: str) -> bytes:
    """Return the document as PDF/A, with labels in this language; the words of both sides stay as they are."""
    sheet = fmt.sheet(contents(contract, now, reader=reader))
    return typesetting.pdf(TEMPLATE, sheet, language=language)


def contents(contract: Contract, now: datetime, *, reader: Actor) -> ContractContents:
    """
    The employer's copy shows our fee. The legal name of the freelancer is there for its own people, and for others once
    the offer was accepted.
    """
    is_employer = reader.acts_for(contract.employer_id)
    versions = changes.versions(contract.id)
    shows_freelancer = bool(versions) or reader.acts_for(contract.freelancer_id)
    terms = versions[0].terms if versions else contract.terms
    return ContractContents(
        number=str(contract.id),
        title=contract.title,
        status=str(ContractStatus(contract.status).label),
        language=contract.binding_language,
        employer=_party(contract.employer, is_named=True),
        freelancer=_party(contract.freelancer, is_named=shows_freelancer),
        amount=Money(int(terms["amount_minor"]), contract.currency),
        employer_fee=contracts.employer_cost(contract, now).fee if is_employer else None,
        review_days=contract.review_days,
        revisions=int(terms.get("revisions_included", contract.revisions_included)),
        terms=terms,
        versions=[_version(row) for row in versions] or [_offer(contract)],
        deliveries=[_delivery(row) for row in milestones.deliverables(contract.id)],
        made_at=now,
    )


def _party(organization: Organization, *, is_named: bool) -> PartyOfContract:
    name = organization.display_name
    return PartyOfContract(name, (organization.legal_name if is_named else "") or name, organization.country)


def _version(row: ContractVersion) -> AcceptedVersion:
    return AcceptedVersion(
        number=row.number,
        sha256=row.sha256,
        employer_person=_person(row.employer_accepted_by),
        employer_at=row.employer_accepted_at,
        freelancer_person=_person(row.freelancer_accepted_by),
        freelancer_at=row.freelancer_accepted_at,
    )


def _offer(contract: Contract) -> AcceptedVersion:
    """The terms of an offer that was not accepted."""
    return AcceptedVersion(
        number=1,
        sha256=contract.terms_sha256,
        employer_person=_person(contract.offered_by),
        employer_at=contract.offered_at,
        freelancer_person="",
        freelancer_at=None,
    )


def _person(user: User | None) -> str:
    return (user.legal_name or user.display_name) if user else ""


def _delivery(row: Deliverable) -> DeliveredVersion:
    files = [DeliveredFile(item.file.name, item.file.size, item.file.sha256) for item in row.files.all()]
    links = [DeliveredFile(link) for link in row.links]
    return DeliveredVersion(row.milestone.title, row.version, row.submitted_at, (*files, *links))
