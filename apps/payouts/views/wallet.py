from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor, current_organization
from apps.common import spreadsheets
from apps.common.errors import NotFound
from apps.escrow.queries import claims, escrows
from apps.escrow.queries import releases as release_queries
from apps.gateways.queries import pauses
from apps.ledger.queries import books
from apps.ledger.templatetags.books import event_label
from apps.payments import policies as payment_policies
from apps.payments.queries import chargebacks, refunds
from apps.payments.queries import charges as charge_queries
from apps.payments.views.own_organization import organization_id_of
from apps.payouts import policies
from apps.payouts.queries import accounts
from apps.payouts.queries import payouts as payout_queries
from apps.payouts.queries import wallet as wallet_queries
from apps.payouts.states import PAYOUT_WAITING

View = Callable[..., HttpResponse]


ROWS = 20


CSV_ROWS_MAX = 10_000


@dataclass(frozen=True)
class Row:
    """One statement line, with the release behind it, if there is one."""

    line: books.StatementLine
    release: release_queries.ReleaseRow | None


def _rows(lines: Iterable[books.StatementLine]) -> list[Row]:
    listed = list(lines)
    releases = release_queries.releases_by_id(line.refs["release"] for line in listed if "release" in line.refs)
    return [Row(line, releases.get(line.refs.get("release", ""))) for line in listed]


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    organization_id = organization_id_of(request)
    lines = wallet_queries.statement(organization_id, before=_line_id(request), limit=ROWS + 1)
    account, onboarding = accounts.present_accounts_of(organization_id)
    payouts = payout_queries.newest_payouts_of(organization_id, 5)
    balances, credits = wallet_queries.balances_and_credits(organization_id)
    acting = current_organization(request)
    assert acting is not None
    charges = charge_queries.newest_charges_of(organization_id, 5)
    return render(
        request,
        "payouts/wallet.html",
        {
            "balances": balances,
            "is_paid": acting.works or bool(balances or payouts or account or onboarding),
            "is_payer": acting.hires or bool(charges),
            "spent": charge_queries.spent_by(organization_id) if charges else [],
            "refunds": list(refunds.refunds_of(organization_id)[:5]) if charges else [],
            "chargebacks": list(chargebacks.chargebacks_of(organization_id)[:5]) if charges else [],
            "waits_until": policies.waits_until(account, timezone.now()),
            "country_is_reviewed": account is not None and account.organization.country_review_since is not None,
            "credits": credits,
            "may_pay": payment_policies.can_pay(actor(request), organization_id),
            "held": escrows.held_both(organization_id),
            "rows": _rows(lines[:ROWS]),
            "older": lines[ROWS - 1].id if len(lines) > ROWS else None,
            "payouts": payouts,
            "charges": charges,
            "account": account,
            "onboarding": onboarding,
            "claims": claims.claims_of(organization_id),
            "organization_id": organization_id,
            "may_withdraw": policies.can_withdraw(actor(request), organization_id),
            "is_paused": any(payout.status in PAYOUT_WAITING for payout in payouts) and pauses.is_paused(),
        },
    )


def _line_id(request: HttpRequest) -> int | None:
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None


@login_required
@require_safe
def statement_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole statement as CSV, oldest line last, with amounts as plain decimals for a spreadsheet."""
    organization_id = organization_id_of(request)
    lines = _rows(wallet_queries.statement(organization_id, limit=CSV_ROWS_MAX))
    head = ("date", "what", "about", "gross", "fee", "tax", "amount", "balance", "currency", "journal_entry")
    return spreadsheets.download(f"statement-{timezone.now():%Y-%m-%d}", [head, *map(_cells, lines)])


def _cells(row: Row) -> list[object]:
    line, release = row.line, row.release
    parts = [release.gross, release.fee, release.withheld] if release else [None, None, None]
    return [
        line.happened_at.isoformat(),
        event_label(line.event),
        release.escrow.memo if release else "",
        *(part.as_decimal() if part is not None else "" for part in parts),
        line.amount.as_decimal(),
        line.balance.as_decimal(),
        line.amount.currency,
        line.journal_id,
    ]


@login_required
@require_safe
def entry(request: HttpRequest, journal_id: UUID) -> HttpResponse:
    """One journal entry, for the organizations whose money it moved."""
    journal = books.journal(journal_id)
    _check_is_about(request, journal)
    return render(request, "payouts/entry.html", {"entries": [journal], "entry": journal})


def _check_is_about(request: HttpRequest, journal: books.JournalView) -> None:
    """
    :raises NotFound: unless the entry has a line on the organization's accounts, or is about an escrow the actor may
        see.
    """
    asker = actor(request)
    if asker.is_staff:
        return
    own = str(organization_id_of(request))
    if any(own in line.account.code for line in journal.lines):
        return
    if "escrow" not in journal.refs:
        raise NotFound
    escrows.escrow_visible_to(asker, UUID(journal.refs["escrow"]))
