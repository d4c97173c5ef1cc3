"""Notifications of framework agreements: proposals, answers, notice and end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import Organization
from apps.frameworks import events as frameworks
from apps.frameworks.models import Framework
from apps.frameworks.states import FrameworkStatus
from apps.notifications import rules
from apps.notifications.subscribers.recipients import notify_organization
from apps.outbox import bus


def _framework(framework_id: UUID) -> Framework:
    return Framework.objects.select_related("employer", "freelancer").get(id=framework_id)


def _other(framework: Framework, organization_id: UUID | None) -> Organization:
    return framework.freelancer if framework.employer_id == organization_id else framework.employer


def _notify(to: Organization, framework: Framework, kind: str, key: str, now: datetime, **params: Any) -> None:
    notify_organization(
        to.id, kind, f"{framework.id}:{key}", now, "frameworks:detail", framework.id,
        who=_other(framework, to.id).display_name, title=framework.title, **params,
    )  # fmt: skip


@bus.subscribe(frameworks.FrameworkProposed, name="notifications.framework_proposed")
def framework_proposed(event: frameworks.FrameworkProposed, now: datetime) -> None:
    framework = _framework(event.framework_id)
    version = framework.versions.get(number=event.number)
    to = framework.freelancer if version.is_by_employer else framework.employer
    kind = "framework_proposed" if event.number == 1 else "framework_countered"
    _notify(to, framework, kind, str(event.number), now, respond_by=rules.moment(framework.respond_by))


_ANSWERS = {
    FrameworkStatus.IN_FORCE: "framework_accepted",
    FrameworkStatus.DECLINED: "framework_declined",
    FrameworkStatus.WITHDRAWN: "framework_withdrawn",
    FrameworkStatus.EXPIRED: "framework_not_answered",
}


@bus.subscribe(frameworks.FrameworkAnswered, name="notifications.framework_answered")
def framework_answered(event: frameworks.FrameworkAnswered, now: datetime) -> None:
    """The proposer is notified of the answer, the other side if it was withdrawn, both if nobody answered."""
    framework, status = _framework(event.framework_id), FrameworkStatus(event.status)
    proposer = framework.employer if framework.proposed_by_id == framework.employer_id else framework.freelancer
    other = _other(framework, proposer.id)
    recipients = {FrameworkStatus.WITHDRAWN: [other], FrameworkStatus.EXPIRED: [proposer, other]}
    for to in recipients.get(status, [proposer]):
        _notify(to, framework, _ANSWERS[status], event.status, now)


@bus.subscribe(frameworks.FrameworkNoticeGiven, name="notifications.framework_notice_given")
def framework_notice_given(event: frameworks.FrameworkNoticeGiven, now: datetime) -> None:
    framework = _framework(event.framework_id)
    ends_on = rules.day(date.fromisoformat(event.ends_on))
    _notify(_other(framework, framework.notice_by_id), framework, "framework_notice", "notice", now, ends_on=ends_on)


@bus.subscribe(frameworks.FrameworkEnded, name="notifications.framework_ended")
def framework_ended(event: frameworks.FrameworkEnded, now: datetime) -> None:
    framework = _framework(event.framework_id)
    for to in (framework.employer, framework.freelancer):
        _notify(to, framework, f"framework_{event.status}", event.status, now)
