"""Pages of money: what there is, where it went, and how to take it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import queries as organizations
from apps.accounts.middleware import actor
from apps.accounts.views.questions import back
from apps.common import currencies, fmt, keyset, spreadsheets
from apps.common.errors import Conflict, DomainError, NotFound, Unavailable
from apps.common.money import Money
from apps.escrow import queries as escrows
from apps.ledger.queries import books
from apps.ledger.templatetags.books import event_label
from apps.payments import policies
from apps.payments.forms import WithdrawForm
from apps.payments.operations import charges as charge_operations
from apps.payments.operations import payouts as payout_operations
from apps.payments.queries import documents, pauses
from apps.payments.queries import wallet as wallet_queries
from apps.payments.states import PAYOUT_WAITING

View = Callable[..., HttpResponse]
ROWS = 20
CSV_ROWS_MAX = 10_000


@dataclass(frozen=True)
class Row:
    """One line of a statement with the release behind it, where there is one."""

    line: books.StatementLine
    release: escrows.ReleaseRow | None


def organization_id_of(request: HttpRequest) -> UUID:
    """:raises NotFound: for somebody who acts for no organization, or may not see its money."""
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see_money(actor(request), organization_id)
    return organization_id


def _rows(lines: Iterable[books.StatementLine]) -> list[Row]:
    listed = list(lines)
    releases = escrows.releases_by_id(line.refs["release"] for line in listed if "release" in line.refs)
    return [Row(line, releases.get(line.refs.get("release", ""))) for line in listed]


# -- what there is


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    organization_id = organization_id_of(request)
    lines = wallet_queries.statement(organization_id, before=_line_id(request), limit=ROWS + 1)
    account, onboarding = documents.present_accounts_of(organization_id)
    payouts = list(documents.payouts_of(organization_id)[:5])
    balances = wallet_queries.balances(organization_id)
    acting = organizations.organization(organization_id)
    charges = list(documents.charges_of(organization_id)[:5])
    return render(
        request,
        "payments/wallet.html",
        {
            "balances": balances,
            "is_paid": acting.works or bool(balances or payouts or account or onboarding),
            "is_payer": acting.hires or bool(charges),
            "spent": documents.spent_by(organization_id) if charges else [],
            "refunds": list(documents.refunds_of(organization_id)[:5]) if charges else [],
            "chargebacks": list(documents.chargebacks_of(organization_id)[:5]) if charges else [],
            "waits_until": policies.waits_until(account, timezone.now()),
            "country_is_reviewed": account is not None and account.organization.country_review_since is not None,
            "credits": wallet_queries.credits_of(organization_id),
            "may_pay": policies.can_pay(actor(request), organization_id),
            "held": escrows.held_both(organization_id),
            "rows": _rows(lines[:ROWS]),
            "older": lines[ROWS - 1].id if len(lines) > ROWS else None,
            "payouts": payouts,
            "charges": charges,
            "account": account,
            "onboarding": onboarding,
            "claims": escrows.claims_of(organization_id),
            "organization_id": organization_id,
            "may_withdraw": policies.can_withdraw(actor(request), organization_id),
            "is_paused": any(one.status in PAYOUT_WAITING for one in payouts) and pauses.is_paused(),
        },
    )


def _line_id(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


@login_required
@require_safe
def statement_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole statement, oldest line last, amounts as plain decimals for a spreadsheet."""
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
    """One journal entry, for those whose money it moved."""
    found = books.journal(journal_id)
    _check_is_about(request, found)
    return render(request, "payments/entry.html", {"entries": [found], "entry": found})


def _check_is_about(request: HttpRequest, found: books.JournalView) -> None:
    """:raises NotFound: unless the entry names the organization, or an escrow of which it is a party."""
    asker = actor(request)
    if asker.is_staff:
        return
    own = str(organization_id_of(request))
    if any(own in line.account.code for line in found.lines):
        return
    if "escrow" not in found.refs:
        raise NotFound
    escrows.escrow_visible_to(asker, UUID(found.refs["escrow"]))


# -- take it out


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, currency: str) -> HttpResponse:
    """Choose an amount; answers with a quote to confirm. All of the balance when the form says nothing else."""
    organization_id = organization_id_of(request)
    policies.check_can_withdraw(actor(request), organization_id)
    if currency not in currencies.exponents():
        raise NotFound
    account = documents.payout_account_of(organization_id)
    if account is None:
        messages.info(request, str(policies.PayoutAccountMissing.message))
        return redirect("payments:account")
    available = wallet_queries.available(organization_id, currency)
    form = WithdrawForm(request.POST or None, currency=currency, initial={"amount": available.as_decimal()})
    if request.method == "POST" and (form.is_valid() or "all" in request.POST):
        try:
            made = payout_operations.quote_payout(
                organization_id=organization_id,
                currency=currency,
                amount=None if "all" in request.POST else form.money,
                actor=actor(request),
                now=timezone.now(),
            )
        except DomainError as refusal:
            form = form if form.is_bound and "amount" in form.data else WithdrawForm({}, currency=currency)
            form.is_valid()
            form.add_error("amount" if refusal.field == "amount" else None, str(refusal))
        else:
            return redirect("payments:quote", made.id)
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "available": available, "currency": currency, "account": account}
    return render(request, "payments/withdraw.html", context, status=status)


@login_required
@require_safe
def quote(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """What will arrive, at which rate of which day, until when; and the button that agrees to it."""
    found = documents.quote_visible_to(actor(request), quote_id)
    if hasattr(found, "payout"):
        return redirect("payments:payout", found.payout.id)
    return render(
        request,
        "payments/quote.html",
        {"quote": found, "account": found.account, "is_expired": found.expires_at <= timezone.now()},
    )


@login_required
@require_POST
def accept(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    found = documents.quote_visible_to(actor(request), quote_id)
    try:
        payout = payout_operations.accept_quote(quote_id=found.id, actor=actor(request), now=timezone.now())
    except policies.QuoteUsed:
        return redirect("payments:quote", quote_id)
    except policies.QuoteExpired as refusal:
        messages.warning(request, str(refusal))
        return redirect("payments:withdraw", found.currency_from)
    except policies.DoorHoldsTooLittle as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:withdraw", found.currency_from)
    messages.success(
        request, _("%(amount)s are on their way to your bank account.") % {"amount": fmt.money(payout.amount)}
    )
    return redirect("payments:payout", payout.id)


# -- where it went


@login_required
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    found = keyset.page(
        documents.payouts_of(organization_id_of(request)), order="-requested_at", cursor=request.GET.get("cursor", "")
    )
    return render(request, "payments/payout_list.html", {"payouts": found, "next_cursor": found.next_cursor})


@login_required
@require_safe
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    found = documents.payout_visible_to(actor(request), payout_id)
    receipt = wallet_queries.receipt_of_payout(found)
    context = {
        "payout": found,
        "quote": found.quote,
        "entries": receipt.entries,
        "attempts": found.attempts.all(),
        "is_paused": found.status in PAYOUT_WAITING and pauses.is_paused(),
    }
    return render(request, "payments/payout_detail.html", context)


@login_required
@require_safe
def charges(request: HttpRequest) -> HttpResponse:
    found = keyset.page(
        documents.charges_of(organization_id_of(request)), order="-created_at", cursor=request.GET.get("cursor", "")
    )
    return render(request, "payments/charge_list.html", {"charges": found, "next_cursor": found.next_cursor})


@login_required
@require_safe
def charge(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    found = documents.charge_visible_to(actor(request), charge_id)
    context: dict[str, Any] = {
        "charge": found,
        "entries": wallet_queries.receipt_of_charge(found).entries,
        "refunds": list(found.refunds.order_by("created_at")),
        "chargebacks": list(documents.chargebacks_of_charge(found.id)),
        "fee": Money(found.fee_minor, found.currency) if found.fee_minor is not None else None,
        "may_cancel": policies.can_cancel_charge(actor(request), found),
    }
    return render(request, "payments/charge_detail.html", context)


@login_required
@require_POST
def cancel_charge(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Cancel a payment that was not made yet; back to where the button was."""
    found = documents.charge_visible_to(actor(request), charge_id)
    try:
        charge_operations.cancel_charge(charge_id=found.id, actor=actor(request), now=timezone.now())
    except (Conflict, Unavailable) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The payment is cancelled. Nothing was taken."))
    return back(request, reverse("payments:charge", args=[found.id]))
