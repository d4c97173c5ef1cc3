"""Creates the demo marketplace: people, tasks at every stage, payouts, capital and the regular reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.assurance import operations as assurance
from apps.common.actors import SYSTEM
from apps.demo.seeding import meetings, money, offers, tasks, texts
from apps.demo.seeding.background import EVENTS_MAX, compute_matches
from apps.demo.seeding.participants import (
    REGISTERED_DAYS,
    Participants,
    are_registered,
    register_all,
    uploading_pictures,
)
from apps.demo.steps import days, owner_of
from apps.invoicing.operations import billing_details
from apps.legal import operations as legal
from apps.legal.models import LegalKind
from apps.matching.operations import exposure
from apps.messaging import operations as messaging
from apps.messaging.models import Conversation
from apps.moderation import operations as moderation
from apps.notifications import operations as notifications
from apps.outbox import bus
from apps.quality import operations as quality
from apps.tasks.models import Task
from apps.treasury.operations import reconciliation

FAIRNESS_WEEKS = 10
READ_UNTIL_DAYS = 20
TEXTS = Path(__file__).parent / "legal"


def seed() -> bool:
    """
    Add the demo data if it is not there yet; returns whether it was added.

    Needs reference data and a running payment processor.
    """
    if are_registered():
        return False
    participants = register_all(timezone.now().replace(minute=0, second=0, microsecond=0))
    _publish_legal_texts(participants)
    _enter_addresses(participants)
    # publishes the first seed, before anything is delivered
    quality.draw_samples(now=participants.now - days(REGISTERED_DAYS))
    with uploading_pictures(participants):
        _add_tasks(participants)
    meetings.add_all(participants)
    offers.add_all(participants)
    _report_task(participants)
    money.pay_out(participants, money.WITHDRAWS_NOW, participants.now)
    bus.deliver_pending(now=timezone.now(), limit=EVENTS_MAX)
    compute_matches(timezone.now())
    meetings.count_records()
    money.bring_capital(participants)
    reconciliation.reconcile(gateway=settings.PAYMENT_GATEWAY)
    _write_fairness_reports(participants)
    assurance.publish(night=timezone.now().date(), now=timezone.now())
    return True


def _enter_addresses(participants: Participants) -> None:
    """Employers have an address on their documents, as the first payment asks for one."""
    for number, employer in enumerate(participants.employers.values(), start=1):
        billing_details.save_billing_details(
            organization_id=employer.id,
            legal_name=employer.legal_name or employer.display_name,
            street=f"{texts.STREET} {number}",
            postcode="",
            city=employer.time_zone.split("/")[-1].replace("_", " "),
            vat_id="",
            tax_number="",
            actor=owner_of(employer),
            now=participants.now - days(REGISTERED_DAYS),
        )


def _add_tasks(participants: Participants) -> None:
    """Add the tasks, the oldest first, and the withdrawals of the months before at their dates."""
    categories, months, is_read = tasks.category_ids(), list(money.WITHDRAWALS), False
    money.add_accounts(participants, participants.now - days(REGISTERED_DAYS - 1))
    for posting in tasks.postings(participants.now):
        # what was posted earlier is paid by then, and nothing of what was posted later
        while months and posting.posted_at > participants.now - days(months[0].days_ago + tasks.DAYS_TO_APPROVAL):
            month = months.pop(0)
            money.pay_out(participants, month.names, participants.now - days(month.days_ago))
        if not is_read and posting.posted_at > participants.now - days(READ_UNTIL_DAYS):
            is_read = True
            _read_everything(participants, posting.posted_at)
        tasks.add(participants, posting, categories)


def _read_everything(participants: Participants, now: datetime) -> None:
    """People have read what is older; only the last weeks are new to them."""
    for organization in (participants.employers | participants.freelancers).values():
        owner = owner_of(organization)
        notifications.mark_all_read(user_id=owner.person_id, now=now)
        user = User.objects.get(id=owner.person_id)
        own = Q(contract__employer=organization) | Q(contract__freelancer=organization)
        for conversation in Conversation.objects.filter(own).order_by("id"):
            messaging.mark_conversation_read(conversation_id=conversation.id, user=user, actor=owner, now=now)


def _publish_legal_texts(participants: Participants) -> None:
    """Publish example texts, which everybody has accepted."""
    published_at = participants.now - days(REGISTERED_DAYS)
    for kind in LegalKind:
        wordings = {
            code: _wording(path) for code, _name in settings.LANGUAGES if (path := TEXTS / f"{kind}.{code}.md").exists()
        }
        legal.publish(kind=kind, wordings=wordings, effective_at=None, actor=SYSTEM, now=published_at)
    for user in User.objects.order_by("id"):
        legal.accept_at_signup(user=user, language=user.language, now=published_at)


def _wording(path: Path) -> legal.Wording:
    title, _newline, body = path.read_text(encoding="utf-8").partition("\n")
    return legal.Wording(title.removeprefix("# "), body.strip())


def _report_task(participants: Participants) -> None:
    task = Task.objects.filter(status="open").order_by("published_at").first()
    assert task is not None
    moderation.report(
        subject_type="task",
        subject_id=task.id,
        reason="other",
        text=texts.REPORT,
        source_language="en",
        actor=owner_of(participants.freelancers["tom"]),
        now=participants.now,
    )


def _write_fairness_reports(participants: Participants) -> None:
    """Write the weekly reports as the schedule would have done, oldest first."""
    for weeks in reversed(range(FAIRNESS_WEEKS)):
        week_end = participants.now - days(7 * weeks)
        exposure.write_fairness_report(week=exposure.week_before(week_end), now=week_end)
