"""Home pages: an introduction for visitors, to-dos for members."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor, current_organization
from apps.accounts.policies import StaffOnly, check_staff_may
from apps.accounts.rules import Act
from apps.bidding import queries as bids
from apps.common.errors import DomainError, NotFound
from apps.common.money import Money
from apps.common.views import same_for_strangers
from apps.contracts.queries import contracts
from apps.dashboard import operations
from apps.dashboard.forms import FeeForm
from apps.dashboard.queries import failures as found_failures
from apps.dashboard.queries import income as income_queries
from apps.dashboard.queries import pipeline, staff_board, todos
from apps.dashboard.rules import MONTHS_MIN
from apps.escrow.queries import escrows
from apps.payments import policies as money
from apps.payouts.queries import wallet
from apps.pricing.queries import fees as fee_queries
from apps.pricing.queries import previews
from apps.skills import queries as skills
from apps.tasks import queries as tasks

TODOS_AT_FIRST = 8
"""The others are behind a button."""


@same_for_strangers
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now, asker = timezone.now(), actor(request)
    user = request.user
    if not user.is_authenticated:
        open_tasks = tasks.count_of_public(now)
        return render(request, "dashboard/landing.html", {"categories": skills.categories(), "open_tasks": open_tasks})
    if asker.organization_id is None:
        return redirect("dashboard:staff" if asker.is_staff else "accounts:organizations")
    organization = current_organization(request)
    assert organization is not None
    shows_hiring = organization.hires or not organization.works
    own_todos = todos.todos(asker, user, now)
    context = {
        "todos": own_todos[:TODOS_AT_FIRST],
        "more_todos": own_todos[TODOS_AT_FIRST:],
        "own": organization,
        "balances": wallet.balances(organization.id),
        "held": escrows.held_both(organization.id),
        "active_contracts": contracts.active_count(organization.id),
        "my_tasks": tasks.newest_tasks_of(organization.id, 5) if shows_hiring else [],
        "my_bids": bids.newest_bids_of(organization.id, 5) if organization.works else [],
        "shows_hiring": shows_hiring,
        "shows_working": organization.works,
    }
    return render(request, "dashboard/home.html", context)


@login_required
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """What waits for the staff, and their other pages."""
    asker = actor(request)
    if not asker.is_staff:
        raise StaffOnly
    context = {"rows": staff_board.waiting_work(asker), "pages": staff_board.staff_pages(asker)}
    return render(request, "dashboard/staff.html", context)


@login_required
@require_safe
def income(request: HttpRequest) -> HttpResponse:
    """Show a freelancer's balance, pending income, income of the last twelve months, and forecast."""
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    money.check_can_see_money(actor(request), organization_id)
    incomes = income_queries.incomes(organization_id, now=timezone.now(), right_to_left=get_language_bidi())
    context = {"incomes": incomes, "months_min": MONTHS_MIN, "record": pipeline.record_of(organization_id)}
    return render(request, "dashboard/income.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/help.html")


@require_safe
def fees(request: HttpRequest) -> HttpResponse:
    """Show the marketplace's fees, from the settings in force today, and those of a price that somebody typed."""
    today = timezone.now().date()
    form = FeeForm(request.GET if "amount" in request.GET else None, initial=_FEE_EXAMPLE)
    calculated = _calculated(form, today) if form.is_bound and form.is_valid() else None
    example = Money.of("1000.00", "EUR")
    steps = fee_queries.fee_list(today)
    general = [step for step in steps if not step.payer_country and not step.payee_country]
    context = {
        "general": general,
        "by_country": [step for step in steps if step.payer_country or step.payee_country],
        "taxes": fee_queries.commission_taxes(today),
        "fee_tax": fee_queries.employer_fee_tax(settings.PLATFORM_COUNTRY, today),
        "example": example,
        "examples": [_example(step, example) for step in general],
        "form": form,
        "calculated": calculated,
    }
    status = 422 if form.is_bound and calculated is None else 200
    return render(request, "dashboard/fees.html", context, status=status)


_FEE_EXAMPLE = {"amount": "1000", "currency": "EUR", "employer": "DE", "freelancer": "NG", "payout": "USD"}


def _calculated(form: FeeForm, today: date) -> dict[str, object] | None:
    """Return both sides of a price: what the employer pays and what the freelancer gets in a first contract."""
    chosen = form.cleaned_data
    if form.price is None:
        return None
    countries = (chosen["employer"], chosen["freelancer"])
    try:
        receive = previews.receive_preview(form.price, *countries, chosen["payout"], today)
        terms = fee_queries.terms(*countries, today)
    except DomainError as error:
        form.add_error(None, str(error))
        return None
    fee = form.price.share_bps(terms.employer_fee_bps)
    is_exchanged = receive.payout is not None and receive.payout.currency != receive.net.currency
    return {
        "receive": receive,
        "fee": fee,
        "fee_bps": terms.employer_fee_bps,
        "total": form.price + fee,
        "payout": receive.payout if is_exchanged else None,
    }


def _example(step: fee_queries.FeeStep, amount: Money) -> dict[str, object]:
    fee, commission = amount.share_bps(step.employer_fee_bps), amount.share_bps(step.commission_bps)
    return {"paid_before_min": step.paid_before_min, "paid": amount + fee, "received": amount - commission}


@login_required
@require_safe
def failures(request: HttpRequest) -> HttpResponse:
    """List work that failed for good, with the reason and a retry button."""
    check_staff_may(actor(request), Act.RUN_AGAIN)
    return render(request, "dashboard/failures.html", {"kinds": found_failures.failures()})


@login_required
@require_POST
def run_again(request: HttpRequest, kind: str, row_id: str) -> HttpResponse:
    if kind not in set(found_failures.FailureKind):
        raise NotFound
    try:
        operations.run_again(kind=kind, row_id=row_id, actor=actor(request), now=timezone.now())
    except operations.NothingToRetry as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It runs again within seconds."))
    return redirect("dashboard:failures")
