"""Framework agreements: propose, counter, accept, decline, withdraw, end. Running contracts are never touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import Organization
from apps.common import business_days, limits
from apps.common.actors import SYSTEM, Actor
from apps.common.fingerprints import fingerprint
from apps.common.operations import move
from apps.compliance import policies as compliance
from apps.frameworks import errors, events, policies, terms
from apps.frameworks.models import Framework, FrameworkAcceptance, FrameworkVersion
from apps.frameworks.queries import frameworks as queries
from apps.frameworks.states import FRAMEWORK, FrameworkStatus
from apps.outbox import bus

ANSWER_DAYS = 10
"""Business days of the side that must answer."""
REASON_MAX = 2000


@transaction.atomic
def propose(*, employer_id: UUID, freelancer_id: UUID, draft: terms.Draft, actor: Actor, now: datetime) -> Framework:
    """
    Propose terms to the other side; the actor acts for one of the two.

    :raises Invalid: as `terms.check`.
    :raises CannotBeProposed: if one side has blocked the other, is closed, or does not hire or work here.
    :raises ProposalOpen: while another proposal between the two is open.
    :raises compliance.CorridorClosed: if the employer's money cannot be paid to the freelancer's country.
    """
    both = Organization.objects.in_bulk([employer_id, freelancer_id])
    employer, freelancer = both[employer_id], both[freelancer_id]
    policies.check_can_propose(actor, employer, freelancer, now)
    compliance.check_can_be_paid(payer_country=employer.country, payee_country=freelancer.country, on=now.date())
    draft = terms.check(draft, now.date())
    if Framework.objects.filter(employer=employer, freelancer=freelancer, status=FrameworkStatus.PROPOSED).exists():
        raise errors.ProposalOpen
    _spend(employer, freelancer, actor, now)
    framework = Framework(employer=employer, freelancer=freelancer, version_number=1)
    _take_over(framework, draft, actor, now)
    try:
        with transaction.atomic():
            framework.save(force_insert=True)
    except IntegrityError as problem:  # the other side proposed at the same moment
        raise errors.ProposalOpen from problem
    return _add_version(framework, draft, "", actor, now)


@transaction.atomic
def counter(*, framework_id: UUID, number: int, draft: terms.Draft, actor: Actor, now: datetime) -> Framework:
    """
    Answer version `number` with other terms: a new version, which the other side answers.

    :raises NothingChanged: if the terms are those of that version.
    :raises VersionOutdated: if `number` is not the newest version.
    """
    framework = queries.framework_for_update(framework_id)
    _check_answers(framework, number, actor, now)
    policies.check_can_propose(actor, framework.employer, framework.freelancer, now)
    draft = terms.check(draft, now.date())
    before = queries.newest_version(framework)
    if not list(terms.differences(before.draft(), draft)):
        raise errors.NothingChanged
    _spend(framework.employer, framework.freelancer, actor, now)
    framework.version_number += 1
    _take_over(framework, draft, actor, now)
    framework.save()
    move(framework, FRAMEWORK, "counter", actor=actor, now=now)
    return _add_version(framework, draft, before.sha256, actor, now)


def _spend(employer: Organization, freelancer: Organization, actor: Actor, now: datetime) -> None:
    other = freelancer if actor.acts_for(employer.id) else employer
    limits.spend("propose_framework", actor.user_id, now=now)
    limits.spend("frameworks_to_organization", other.id, now=now)


def _take_over(framework: Framework, draft: terms.Draft, actor: Actor, now: datetime) -> None:
    """Let the columns follow the terms of the newest version."""
    is_by_employer = actor.acts_for(framework.employer_id)
    other = framework.freelancer if is_by_employer else framework.employer
    framework.title, framework.source_language = draft.title, draft.source_language
    framework.starts_on, framework.ends_on = draft.starts_on, draft.ends_on
    framework.currency, framework.ceiling_minor = draft.currency, draft.ceiling_minor
    framework.notice_days = draft.notice_days
    framework.proposed_by = framework.employer if is_by_employer else framework.freelancer
    framework.proposed_at = now
    framework.respond_by = business_days.deadline(now, ANSWER_DAYS, country=other.country, time_zone=other.time_zone)


def _add_version(
    framework: Framework, draft: terms.Draft, previous_sha256: str, actor: Actor, now: datetime
) -> Framework:
    values = terms.to_json(
        draft,
        number=framework.version_number,
        previous_sha256=previous_sha256,
        employer_id=framework.employer_id,
        freelancer_id=framework.freelancer_id,
    )
    version = FrameworkVersion.objects.create(
        framework=framework,
        number=framework.version_number,
        is_by_employer=actor.acts_for(framework.employer_id),
        terms=values,
        sha256=fingerprint(values),
        proposed_at=now,
    )
    _record_acceptance(version, actor, now)
    bus.publish(events.FrameworkProposed(framework_id=framework.id, number=version.number), now=now)
    return framework


def _record_acceptance(version: FrameworkVersion, actor: Actor, now: datetime) -> None:
    FrameworkAcceptance.objects.create(
        version=version,
        is_employer=actor.acts_for(version.framework.employer_id),
        accepted_by_id=actor.person_id,
        accepted_at=now,
    )


def _check_answers(framework: Framework, number: int, actor: Actor, now: datetime) -> None:
    policies.check_can_answer(actor, framework, now)
    if number != framework.version_number:
        raise errors.VersionOutdated


@transaction.atomic
def accept(*, framework_id: UUID, number: int, actor: Actor, now: datetime) -> Framework:
    """
    Accept version `number`: offers can be made under its terms.

    :raises VersionOutdated: if `number` is not the newest version.
    :raises AnswerTooLate: if the time for an answer is over.
    :raises ValidityNotPossible: if its last day is over.
    """
    framework = queries.framework_for_update(framework_id)
    _check_answers(framework, number, actor, now)
    policies.check_can_propose(actor, framework.employer, framework.freelancer, now)
    if framework.ends_on < now.date():
        raise errors.ValidityNotPossible
    _record_acceptance(queries.newest_version(framework), actor, now)
    return _answer(framework, "accept", actor, now, {"accepted_at": now})


@transaction.atomic
def decline(*, framework_id: UUID, reason: str, actor: Actor, now: datetime) -> Framework:
    """
    Decline the proposal.

    :raises ReasonMissing: without a reason. :raises TermTooLong: if it has more than REASON_MAX characters.
    """
    framework = queries.framework_for_update(framework_id)
    policies.check_can_answer(actor, framework, now)
    if not reason.strip():
        raise errors.ReasonMissing
    return _answer(framework, "decline", actor, now, {"answer": _reason(reason), "ended_at": now})


@transaction.atomic
def withdraw(*, framework_id: UUID, actor: Actor, now: datetime) -> Framework:
    """Withdraw one's own proposal before it is answered."""
    framework = queries.framework_for_update(framework_id)
    policies.check_can_withdraw(actor, framework)
    return _answer(framework, "withdraw", actor, now, {"ended_at": now})


def _reason(text: str) -> str:
    if len(text.strip()) > REASON_MAX:
        raise errors.TermTooLong(field="reason", most=REASON_MAX)
    return text.strip()


def _answer(framework: Framework, verb: str, actor: Actor, now: datetime, changes: dict[str, object]) -> Framework:
    move(framework, FRAMEWORK, verb, actor=actor, now=now, changes=changes)
    bus.publish(events.FrameworkAnswered(framework_id=framework.id, status=framework.status), now=now)
    return framework


@transaction.atomic
def give_notice(*, framework_id: UUID, reason: str, actor: Actor, now: datetime) -> Framework:
    """
    End it after its notice period, at the latest when its validity is over. Until then offers are possible; contracts
    made under it go on.

    :raises NoticeGiven: if notice was given already.
    :raises TermTooLong: if the reason has more than REASON_MAX characters.
    """
    framework = queries.framework_for_update(framework_id)
    policies.check_can_give_notice(actor, framework)
    ends_on = min(now.date() + timedelta(days=framework.notice_days), framework.ends_on)
    changes = {
        "notice_by_id": actor.side_id,
        "notice_at": now,
        "notice_ends_on": ends_on,
        "notice_reason": _reason(reason),
    }
    move(framework, FRAMEWORK, "give_notice", actor=actor, now=now, changes=changes)
    bus.publish(events.FrameworkNoticeGiven(framework_id=framework.id, ends_on=ends_on.isoformat()), now=now)
    return framework


@transaction.atomic
def end(*, framework_id: UUID, now: datetime) -> Framework:
    """Called by the scheduler when the notice period is over."""
    framework = queries.framework_for_update(framework_id)
    is_over = framework.notice_ends_on is not None and framework.notice_ends_on < now.date()
    if framework.status == FrameworkStatus.IN_FORCE and is_over:
        move(framework, FRAMEWORK, "end", actor=SYSTEM, now=now, changes={"ended_at": now})
        bus.publish(events.FrameworkEnded(framework_id=framework.id, status=framework.status), now=now)
    return framework


@transaction.atomic
def expire(*, framework_id: UUID, now: datetime) -> Framework:
    """Called by the scheduler when its last day, or the time for an answer, is over."""
    framework = queries.framework_for_update(framework_id)
    was_in_force = framework.status == FrameworkStatus.IN_FORCE
    is_unanswered = framework.status == FrameworkStatus.PROPOSED and framework.respond_by <= now
    if is_unanswered or (was_in_force and framework.ends_on < now.date()):
        move(framework, FRAMEWORK, "expire", actor=SYSTEM, now=now, changes={"ended_at": now})
        event = events.FrameworkEnded if was_in_force else events.FrameworkAnswered
        bus.publish(event(framework_id=framework.id, status=framework.status), now=now)
    return framework
