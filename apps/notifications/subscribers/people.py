"""Notifications of messages, reviews, moderation and memberships."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts import events as accounts
from apps.accounts import rules as roles
from apps.accounts.models import MembershipInvitation, User
from apps.accounts.queries import members
from apps.contracts.models import Contract
from apps.messaging import events as messaging
from apps.messaging import queries as talks
from apps.messaging.models import Message
from apps.moderation import events as moderation
from apps.moderation.models import Objection, Report, Statement
from apps.notifications import operations, rules
from apps.notifications.subscribers.recipients import contract_of, name_of, notify_organization
from apps.outbox import bus
from apps.reviews import events as reviews


@bus.subscribe(messaging.MessageSent, name="notifications.message_sent")
def message_sent(event: messaging.MessageSent, now: datetime) -> None:
    message = Message.objects.select_related("conversation__contract", "conversation__task", "sender_organization").get(
        id=event.message_id
    )
    conversation, who = message.conversation, message.sender_organization.display_name
    kind, values = "message_received", {"who": who, "contract": conversation.title}
    if conversation.opener_id == event.sender_organization_id and talks.hides_opener(conversation, now):
        kind, values = "unnamed_message", {"task": conversation.title}
    elif not conversation.title:
        kind, values = "enquiry_received", {"who": who}
    operations.notify(
        users=members.users_to_notify(event.recipient_organization_id, roles.MESSAGE),
        organization_id=event.recipient_organization_id,
        kind=kind,
        key=message.id,
        params=values | {"text": "" if message.hidden_at else rules.text(message.text)},
        route="messaging:thread" if event.contract_id else "messaging:conversation",
        route_args=[event.contract_id or event.conversation_id],
        now=now,
        replaces_unread=True,
    )


@bus.subscribe(reviews.ReviewSubmitted, name="notifications.review_submitted")
def review_submitted(event: reviews.ReviewSubmitted, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    # otherwise both reviews are written and published
    if not contract.reviews.filter(author_id=event.subject_id).exists():
        notify_organization(
            event.subject_id, "review_submitted", event.contract_id, now, "reviews:new", event.contract_id,
            who=name_of(event.author_id), contract=contract.title,
        )  # fmt: skip


@bus.subscribe(reviews.ReviewPublished, name="notifications.review_published")
def review_published(event: reviews.ReviewPublished, now: datetime) -> None:
    notify_organization(
        event.subject_id, "review_published", event.review_id, now, "reviews:list", who=name_of(event.author_id),
        contract=contract_of(event.contract_id).title,
    )  # fmt: skip


@bus.subscribe(reviews.ReviewReplied, name="notifications.review_replied")
def review_replied(event: reviews.ReviewReplied, now: datetime) -> None:
    contract = Contract.objects.get(reviews__id=event.review_id)
    notify_organization(
        event.author_id, "review_replied", event.review_id, now, "reviews:list", who=name_of(event.subject_id),
        contract=contract.title,
    )  # fmt: skip


@bus.subscribe(moderation.StatementIssued, name="notifications.statement_issued")
def statement_issued(event: moderation.StatementIssued, now: datetime) -> None:
    title = Statement.objects.values_list("title", flat=True).get(id=event.statement_id)
    notify_organization(
        event.organization_id, "statement_issued", event.statement_id, now, "moderation:statement",
        event.statement_id, title=title,
    )  # fmt: skip


@bus.subscribe(moderation.ObjectionAnswered, name="notifications.objection_answered")
def objection_answered(event: moderation.ObjectionAnswered, now: datetime) -> None:
    objection = Objection.objects.get(id=event.objection_id)
    notify_organization(
        event.organization_id, "objection_answered", event.objection_id, now, "moderation:statement",
        objection.statement_id,
    )  # fmt: skip


@bus.subscribe(moderation.ReportDecided, name="notifications.report_decided")
def report_decided(event: moderation.ReportDecided, now: datetime) -> None:
    report = Report.objects.get(id=event.report_id)
    _notify_people(
        User.objects.filter(pk=event.reporter_id), report.reporter_organization_id,
        "report_upheld" if event.is_upheld else "report_dismissed", event.report_id, now,
    )  # fmt: skip


def _notify_people(
    users: Iterable[User], organization_id: UUID | None, kind: str, key: object, now: datetime, **params: Any
) -> None:
    operations.notify(
        users=users, organization_id=organization_id, kind=kind, key=key, params=params, route="notifications:list",
        now=now,
    )  # fmt: skip


@bus.subscribe(accounts.MemberInvited, name="notifications.member_invited")
def member_invited(event: accounts.MemberInvited, now: datetime) -> None:
    invitation = MembershipInvitation.objects.select_related("organization", "invited_by").get(id=event.invitation_id)
    user = User.objects.filter(email__iexact=invitation.email).first()
    operations.invite_by_email(
        key=f"member-invited:{invitation.id}",
        address=invitation.email,
        language=user.language if user else invitation.invited_by.language,
        params={
            "who": invitation.invited_by.display_name, "organization": invitation.organization.display_name,
            "role": invitation.role, "token": event.token, "expires_at": invitation.expires_at.isoformat(),
        },
        now=now,
    )  # fmt: skip
