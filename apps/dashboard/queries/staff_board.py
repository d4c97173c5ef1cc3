"""What waits for the staff, by role: how much, since when, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import staff_may
from apps.accounts.queries import organizations
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.contracts.queries import notices
from apps.dashboard.queries import failures
from apps.disputes import queries as disputes
from apps.escrow.queries import claims, recoveries
from apps.legal import queries as legal
from apps.moderation import queries as moderation
from apps.payments.queries import chargebacks
from apps.quality import queries as quality
from apps.treasury.queries import reconciliation

COUNT_MAX = 100


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """
    Work of one kind.

    :param count: at most `COUNT_MAX`.
    :param since: since when the oldest waits; None if that is not known.
    """

    says: str | Promise
    path: str
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class StaffPage:
    says: str | Promise
    path: str


def waiting_work(actor: Actor) -> list[WaitingWork]:
    """Return the kinds of work that the actor's staff roles allow, the longest waiting first; what is done last."""
    rows = [kind() for act, kind in _KINDS if staff_may(actor, act)]
    return sorted(rows, key=lambda row: (not row.count, row.since is None, row.since.timestamp() if row.since else 0))


def staff_pages(actor: Actor) -> list[StaffPage]:
    """Return the other pages that the actor's staff roles allow."""
    return [StaffPage(says, reverse(route)) for act, says, route in _PAGES if staff_may(actor, act)]


def _rows(
    says: str | Promise, route: str, rows: Callable[[], QuerySet[Any] | Sequence[Any]], since: str
) -> Callable[[], WaitingWork]:
    def kind() -> WaitingWork:
        waiting = list(rows()[:COUNT_MAX])
        moments = [moment for row in waiting if (moment := getattr(row, since, None))]
        return WaitingWork(says, reverse(route), len(waiting), min(moments, default=None))

    return kind


def _failures() -> WaitingWork:
    waiting = [failure for _kind, _label, rows in failures.failures() for failure in rows]
    moments = [failure.at for failure in waiting if failure.at]
    path = reverse("dashboard:failures")
    return WaitingWork(_("Work that failed"), path, min(len(waiting), COUNT_MAX), min(moments, default=None))


def _countries() -> WaitingWork:
    waiting = organizations.countries_to_check()
    moments = [row.organization.country_review_since for row in waiting if row.organization.country_review_since]
    path = reverse("accounts:country_checks")
    return WaitingWork(_("Changed countries"), path, len(waiting), min(moments, default=None))


def _missing_texts() -> WaitingWork:
    return WaitingWork(
        _("Legal texts that are missing"), reverse("legal:publications"), len(legal.missing_kinds()), None
    )


_KINDS: tuple[tuple[Act, Callable[[], WaitingWork]], ...] = (
    (Act.MODERATE, _rows(_("Reports"), "moderation:queue", moderation.open_reports, "reported_at")),
    (Act.MODERATE, _rows(_("Objections"), "moderation:objections", moderation.open_objections, "sent_at")),
    (Act.LOOK_AT_QUALITY, _rows(_("Deliveries to look at"), "quality:queue", quality.waiting, "drawn_at")),
    (Act.DECIDE_DISPUTE, _rows(_("Disputes"), "disputes:queue", disputes.queue, "opened_at")),
    (
        Act.ANSWER_RECOVERY_APPEAL,
        _rows(_("Appeals against recoveries"), "payments:chargebacks", recoveries.open_appeals, "appealed_at"),
    ),
    (
        Act.ANSWER_LATE_APPEAL,
        _rows(_("Appeals about missed deadlines"), "contracts:appeals", notices.appeals, "appealed_at"),
    ),
    (
        Act.RUN_TREASURY,
        _rows(_("Payments in suspense"), "treasury:reconciliation", reconciliation.open_suspense_items, "opened_at"),
    ),
    (Act.CLEAR_COUNTRY, _countries),
    (
        Act.RUN_TREASURY,
        _rows(_("Chargebacks without evidence"), "payments:chargebacks", chargebacks.awaiting_evidence, "opened_at"),
    ),
    (Act.RUN_TREASURY, _rows(_("Fraud warnings of banks"), "payments:chargebacks", claims.open_warnings, "opened_at")),
    (Act.RUN_AGAIN, _failures),
    (Act.SEE_LEGAL_TEXTS, _missing_texts),
)
_PAGES: tuple[tuple[Act, str | Promise, str], ...] = (
    (Act.MODERATE, _("Log of the staff"), "moderation:audit"),
    (Act.RUN_TREASURY, _("Treasury"), "treasury:treasury"),
    (Act.RUN_TREASURY, _("Chargebacks"), "payments:chargebacks"),
    (Act.RUN_TREASURY, _("Reconciliation"), "treasury:reconciliation"),
    (Act.RUN_TREASURY, _("Transfers between our accounts"), "treasury:internal_transfers"),
    (Act.PAUSE_PAYMENTS, _("Pause payments"), "treasury:pause"),
    (Act.RUN_RANKING, _("Weights of the ranking"), "matching:weights"),
    (Act.RUN_RANKING, _("Experiments"), "matching:experiments"),
    (Act.RUN_RANKING, _("Learned rankings"), "matching:rankers"),
    (Act.SEE_LEGAL_TEXTS, _("Legal texts"), "legal:publications"),
)
