"""A framework agreement as a document: the newest version, and who accepted it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from apps.accounts.models import Organization, User
from apps.common import typesetting
from apps.common.actors import Actor
from apps.frameworks import fmt
from apps.frameworks.fmt import AcceptedBy, FrameworkContents, Party
from apps.frameworks.models import Framework
from apps.frameworks.queries import frameworks
from apps.frameworks.states import FrameworkStatus

TEMPLATE = Path(__file__).parents[1] / "typst" / "framework.typ"


def pdf(framework: Framework, now: datetime, *, reader: Actor, language: str) -> bytes:
    """Return the document as PDF/A, with labels in this language; the words of both sides stay as they are."""
    return typesetting.pdf(TEMPLATE, fmt.sheet(contents(framework, now, reader=reader)), language=language)


def contents(framework: Framework, now: datetime, *, reader: Actor) -> FrameworkContents:
    """The legal name of a side is there for its own people, and for others once it accepted a version."""
    versions = frameworks.versions(framework.id)
    version, by_employer = versions[0], {row.is_employer for each in versions for row in each.acceptances.all()}
    shows_employer = True in by_employer or reader.acts_for(framework.employer_id)
    shows_freelancer = False in by_employer or reader.acts_for(framework.freelancer_id)
    accepted = {
        row.is_employer: AcceptedBy(_person(row.accepted_by), row.accepted_at) for row in version.acceptances.all()
    }
    return FrameworkContents(
        number=str(framework.id),
        status=str(FrameworkStatus(framework.status).label),
        draft=version.draft(),
        version=version.number,
        sha256=version.sha256,
        employer=_party(framework.employer, is_named=shows_employer),
        freelancer=_party(framework.freelancer, is_named=shows_freelancer),
        by_employer=accepted.get(True),
        by_freelancer=accepted.get(False),
        notice_ends_on=framework.notice_ends_on,
        made_at=now,
    )


def _party(organization: Organization, *, is_named: bool) -> Party:
    name = organization.display_name
    return Party(name, (organization.legal_name if is_named else "") or name, organization.country)


def _person(user: User) -> str:
    return user.legal_name or user.display_name
