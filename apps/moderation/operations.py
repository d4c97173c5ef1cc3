from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Profile
from apps.accounts.operations import pictures, profiles
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.operations import move
from apps.messaging import operations as messaging
from apps.moderation import events, policies, queries
from apps.moderation.models import AuditEntry, Objection, Report, Statement
from apps.moderation.states import OBJECTION, REPORT, Decision, Reason, ReportStatus, Subject
from apps.outbox import bus
from apps.tasks import hiding


class SubjectUnknown(NotFound):
    code = "subject_unknown"


class ReasonMissing(Invalid):
    code = "reason_missing"
    field = "facts"
    message = _("Write the reason: the people concerned will read it.")


class WordsMissing(Invalid):
    code = "words_missing"
    field = "text"
    message = _("Write the reason first.")


class CaseClosed(Conflict):
    code = "case_closed"
    message = _("Somebody else has decided this case already.")


@transaction.atomic
def report(
    *,
    subject_type: str,
    subject_id: UUID,
    reason: str,
    text: str,
    source_language: str,
    actor: Actor,
    now: datetime,
) -> Report:
    """
    Report content to staff; stores a copy of the content as it is now.

    :raises SubjectUnknown: if the actor cannot see the subject.
    :raises policies.AlreadyReported: if the actor already reported it.
    :raises policies.OwnSubject: if it belongs to the actor's organization.
    """
    if subject_type not in Subject.values or reason not in Reason.values:
        raise SubjectUnknown
    seen = queries.content(subject_type, subject_id, actor)
    if seen is None:
        raise SubjectUnknown
    policies.check_can_report(actor, seen.affected_id)
    assert actor.user_id is not None
    limits.spend("report", actor.user_id, now=now)
    open_count = Report.objects.filter(reporter_id=actor.user_id, status=ReportStatus.OPEN).count()
    if open_count >= policies.OPEN_REPORTS_MAX:
        raise policies.TooManyReports
    try:
        with transaction.atomic():
            case = Report.objects.create(
                subject_type=subject_type,
                subject_id=subject_id,
                affected_id=seen.affected_id,
                reporter_id=actor.user_id,
                reporter_organization_id=actor.organization_id,
                reason=reason,
                text=text.strip(),
                source_language=source_language,
                snapshot=seen.snapshot(),
                reported_at=now,
            )
    except IntegrityError as error:
        raise policies.AlreadyReported from error
    bus.publish(events.SubjectReported(report_id=case.id, subject_type=subject_type, subject_id=subject_id), now=now)
    return case


@transaction.atomic
def decide(*, report_id: UUID, decision: str, ground: str, facts: str, actor: Actor, now: datetime) -> Statement | None:
    """
    Decide a case. All open reports of the same subject are closed.

    A take-down returns the statement of reasons that the affected party gets.

    :raises CaseClosed: if it was decided in the meantime.
    :raises policies.OwnCase: if the actor is a party of the case.
    """
    case = Report.objects.filter(id=report_id).first()
    if case is None:
        raise SubjectUnknown
    reports = queries.open_reports_of_subject_for_update(case.subject_type, case.subject_id)
    if not reports:
        raise CaseClosed
    reporters = {report_row.reporter_id for report_row in reports}
    policies.check_can_decide(actor, affected_id=case.affected_id, reporter_ids=reporters, now=now)
    facts = facts.strip()
    if not facts:
        raise ReasonMissing
    is_upheld = decision == Decision.TAKE_DOWN
    statement = _take_down(case, ground, facts, actor, now) if is_upheld else None
    for item in reports:
        decided = {"decided_at": now, "decided_by_id": actor.user_id, "decision_reason": facts}
        move(item, REPORT, decision, actor=actor, now=now, reason=ground if is_upheld else "", changes=decided)
        bus.publish(events.ReportDecided(report_id=item.id, reporter_id=item.reporter_id, is_upheld=is_upheld), now=now)
    record(
        actor=actor,
        action=f"moderation.{decision}",
        subject_type=case.subject_type,
        subject_id=str(case.subject_id),
        reason=facts,
        details={"ground": ground, "reports": [str(report_row.id) for report_row in reports]},
        now=now,
    )
    return statement


def _take_down(case: Report, ground: str, facts: str, actor: Actor, now: datetime) -> Statement:
    _hide(subject_type=case.subject_type, subject_id=case.subject_id, reason_code=ground, actor=actor, now=now)
    statement = Statement.objects.create(
        organization_id=case.affected_id,
        subject_type=case.subject_type,
        subject_id=case.subject_id,
        title=str(case.snapshot.get("title", ""))[:200],
        ground=ground,
        facts=facts,
        issued_at=now,
    )
    bus.publish(events.StatementIssued(statement_id=statement.id, organization_id=case.affected_id), now=now)
    return statement


@transaction.atomic
def object_to(*, statement_id: UUID, text: str, source_language: str, actor: Actor, now: datetime) -> Objection:
    """
    Object to a take-down, once.

    :raises policies.AlreadyObjected: if there is an objection already.
    """
    statement = queries.statements_visible_to(actor).filter(id=statement_id).select_for_update(of=("self",)).first()
    if statement is None:
        raise SubjectUnknown
    policies.check_can_object(actor, statement)
    if not text.strip():
        raise WordsMissing
    assert actor.user_id is not None
    objection = Objection.objects.create(
        statement=statement,
        author_id=actor.user_id,
        text=text.strip(),
        source_language=source_language,
        sent_at=now,
    )
    bus.publish(events.ObjectionSent(objection_id=objection.id, organization_id=statement.organization_id), now=now)
    return objection


@transaction.atomic
def answer_objection(*, objection_id: UUID, verb: str, answer: str, actor: Actor, now: datetime) -> Objection:
    """
    Grant an objection (the content is shown again) or refuse it, with the reason.

    :raises policies.OwnDecision: if the actor made the decision.
    """
    objection = queries.objection_for_update(objection_id)
    if objection is None:
        raise SubjectUnknown
    policies.check_can_answer(actor, objection, now)
    if not answer.strip():
        raise WordsMissing
    answered = {"answer": answer.strip(), "answered_by_id": actor.user_id, "answered_at": now}
    move(objection, OBJECTION, verb, actor=actor, now=now, changes=answered)
    statement = objection.statement
    if verb == "grant":
        _restore(statement.subject_type, statement.subject_id, actor, now)
    record(
        actor=actor,
        action=f"moderation.objection_{verb}",
        subject_type=statement.subject_type,
        subject_id=str(statement.subject_id),
        reason=answer.strip(),
        details={"statement": str(statement.id)},
        now=now,
    )
    bus.publish(
        events.ObjectionAnswered(
            objection_id=objection.id, organization_id=statement.organization_id, is_granted=verb == "grant"
        ),
        now=now,
    )
    return objection


def _restore(subject_type: str, subject_id: UUID, actor: Actor, now: datetime) -> None:
    if subject_type == Subject.TASK:
        hiding.restore(task_id=subject_id, actor=actor, now=now)
    elif subject_type == Subject.PROFILE:
        organization_id = Profile.objects.values_list("organization_id", flat=True).get(id=subject_id)
        profiles.restore_profile(organization_id=organization_id, actor=actor, now=now)
    elif subject_type == Subject.THREAD:
        messaging.restore_conversation(conversation_id=subject_id, actor=actor, now=now)
    elif subject_type == Subject.PICTURE:
        pictures.restore_picture(picture_id=subject_id, actor=actor, now=now)
    else:
        messaging.restore(message_id=subject_id, actor=actor, now=now)


def _hide(*, subject_type: str, subject_id: UUID, reason_code: str, actor: Actor, now: datetime) -> None:
    if subject_type == Subject.TASK:
        hiding.take_down(task_id=subject_id, reason_code=reason_code, actor=actor, now=now)
    elif subject_type == Subject.PROFILE:
        organization_id = Profile.objects.values_list("organization_id", flat=True).get(id=subject_id)
        profiles.hide_profile(organization_id=organization_id, reason_code=reason_code, actor=actor, now=now)
    elif subject_type == Subject.THREAD:
        messaging.hide_conversation(conversation_id=subject_id, reason_code=reason_code, actor=actor, now=now)
    elif subject_type == Subject.PICTURE:
        pictures.hide_picture(picture_id=subject_id, reason_code=reason_code, actor=actor, now=now)
    else:
        messaging.hide(message_id=subject_id, reason_code=reason_code, actor=actor, now=now)


def record(
    *,
    actor: Actor,
    action: str,
    now: datetime,
    subject_type: str = "",
    subject_id: str = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Record one action of staff permanently."""
    assert actor.user_id is not None
    return AuditEntry.objects.create(
        actor_id=actor.user_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        reason=reason,
        details=details or {},
        happened_at=now,
    )
