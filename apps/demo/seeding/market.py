"""Creates the demo marketplace: people, tasks at every stage, payouts, capital and the regular reports."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.assurance import operations as assurance
from apps.common.actors import SYSTEM
from apps.demo.seeding import meetings, money, offers, tasks, texts
from apps.demo.seeding.background import EVENTS_MAX
from apps.demo.seeding.participants import Participants, are_registered, register_all
from apps.demo.steps import days, owner_of
from apps.legal import operations as legal
from apps.legal.models import LegalKind
from apps.matching.operations import exposure
from apps.moderation import operations as moderation
from apps.outbox import bus
from apps.quality import operations as quality
from apps.tasks.models import Task
from apps.treasury.operations import reconciliation

FAIRNESS_WEEKS = 10
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
    quality.draw_samples(now=participants.now - days(60))  # publishes the first seed, before anything is delivered
    tasks.add_all(participants)
    meetings.add_all(participants)
    offers.add_all(participants)
    _report_task(participants)
    money.pay_out(participants)
    bus.deliver_pending(now=timezone.now(), limit=EVENTS_MAX)
    meetings.count_records()
    money.bring_capital(participants)
    reconciliation.reconcile(gateway=settings.PAYMENT_GATEWAY)
    _write_fairness_reports(participants)
    assurance.publish(night=timezone.now().date(), now=timezone.now())
    return True


def _publish_legal_texts(participants: Participants) -> None:
    """Publish example texts, which everybody has accepted."""
    published_at = participants.now - days(60)
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
