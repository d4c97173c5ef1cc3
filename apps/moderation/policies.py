"""Permissions to report and to decide."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import StaffOnly as StaffOnly
from apps.accounts.policies import check_is_independent, check_may, check_staff_may
from apps.accounts.queries import related
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotAllowed
from apps.moderation.models import Objection, Report, Statement

OPEN_REPORTS_MAX = 20


class LoginNeeded(NotAllowed):
    code = "login_needed"
    message = _("Log in to report something.")


class OwnSubject(NotAllowed):
    code = "own_subject"
    message = _("This is your own. You can change or remove it yourself.")


class AlreadyReported(Conflict):
    code = "already_reported"
    message = _("You have reported this already. It is waiting for a decision.")


class TooManyReports(Conflict):
    code = "too_many_reports"
    message = _("You have many open reports. Please wait until some are decided.")


class OwnCase(NotAllowed):
    code = "own_case"
    message = _("This case is about your own organization or report. Somebody else has to decide it.")


class AlreadyObjected(Conflict):
    code = "already_objected"
    message = _("Your organization has objected to this decision already.")


class OwnDecision(NotAllowed):
    code = "own_decision"
    message = _("You decided this yourself. Somebody else has to answer the objection.")


def check_can_object(actor: Actor, statement: Statement) -> None:
    check_may(actor, Act.OBJECT, statement.organization_id)
    if Objection.objects.filter(statement=statement).exists():
        raise AlreadyObjected


def can_object(actor: Actor, statement: Statement) -> bool:
    try:
        check_can_object(actor, statement)
    except DomainError:
        return False
    return True


def check_can_answer(actor: Actor, objection: Objection, now: datetime) -> None:
    """
    Allowed to staff who neither decided nor belong to the affected party.

    :raises SecondPersonNotIndependent: if the decider gave the actor a role within the last day.
    """
    check_is_staff(actor)
    statement = objection.statement
    decided = Report.objects.filter(
        subject_type=statement.subject_type, subject_id=statement.subject_id, decided_at=statement.issued_at
    )
    assert actor.user_id is not None
    if decided.filter(decided_by_id=actor.user_id).exists():
        raise OwnDecision
    for decider_id in decided.exclude(decided_by_id=None).values_list("decided_by_id", flat=True).distinct():
        check_is_independent(actor, decider_id, now)
    _check_is_of_no_party(actor, statement.organization_id, now)


def check_can_report(actor: Actor, affected_id: UUID) -> None:
    if actor.user_id is None:
        raise LoginNeeded
    if actor.organization_id == affected_id:
        raise OwnSubject


def check_is_staff(actor: Actor) -> None:
    """:raises StaffOnly: unless the actor is a moderator."""
    check_staff_may(actor, Act.MODERATE)


def check_can_decide(actor: Actor, *, affected_id: UUID, reporter_ids: set[UUID], now: datetime) -> None:
    """Staff who are not a party of the case. :raises StaffOnly: :raises OwnCase: if that is not so."""
    check_is_staff(actor)
    if actor.user_id in reporter_ids:
        raise OwnCase
    _check_is_of_no_party(actor, affected_id, now)


def _check_is_of_no_party(actor: Actor, organization_id: UUID, now: datetime) -> None:
    """A person who left the organization recently counts as a member (`accounts.queries.RELATED_FOR`)."""
    if related.sides_of_person(actor.person_id, (organization_id,), since=now):
        raise OwnCase
