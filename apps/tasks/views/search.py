from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor, current_organization
from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side
from apps.accounts.states import HiringFact, Region
from apps.bidding import queries as bids
from apps.common import caches, fmt
from apps.common.actors import STRANGER, Actor
from apps.common.errors import DomainError
from apps.common.frame import public_content
from apps.common.ids import uuids
from apps.common.lists import cleaned_query
from apps.common.money import Money
from apps.common.views import same_for_strangers
from apps.compliance import policies as compliance
from apps.files.views import serve
from apps.matching.queries import recommendations
from apps.messaging import queries as messaging
from apps.pricing.queries import rates as rate_queries
from apps.saved import queries as saved
from apps.skills import queries as skills
from apps.tasks import policies, queries, saved_searches
from apps.tasks.forms import AddendumForm, AttachmentForm, TextForm
from apps.tasks.models import Task, TaskAttachment
from apps.tasks.queries import REFERENCE_CURRENCY, TaskFilter
from apps.tasks.states import AlertPace, BidWindow
from apps.tasks.views.facets import BIDS_MAX, chips, facets
from apps.tasks.views.save_buttons import with_buttons
from apps.track_records import queries as track_records


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task as lists show it, in the reader's language and currency."""

    task: Task
    labels: list[str]
    budget_also: Money | None
    bid_count: int
    record: Any
    """The employer's track record."""


def reader_currency(request: HttpRequest) -> str:
    user = request.user
    return user.display_currency if isinstance(user, User) else "EUR"


def cards(tasks: list[Task], currency: str, now: datetime) -> list[SafeString]:
    """
    Return the cards as HTML, with at most four queries.

    A card looks the same to everyone who may see its task and reads in the same language, zone and currency, so this
    process keeps it for `LIST_MEMORY_SECONDS`; a change of the task or of its number of bids makes a new one.
    """
    counts = bids.bid_counts([task.id for task in tasks])
    reader = (get_language() or "en", timezone.get_current_timezone_name(), currency)
    keys = {
        (task.id, task.updated_at, task.status, task.bidding_closes_at, counts.get(task.id, 0), *reader): task
        for task in tasks
    }
    kept = _cards.get_many(keys, lambda missing: _rendered({key: keys[key] for key in missing}, currency, now))
    return [kept[key] for key in keys]


CardKey: TypeAlias = tuple[UUID, datetime, str, datetime | None, int, str, str, str]
"""Task, its version, status, end of bidding and number of bids; the reader's language, time zone and currency."""
_cards: caches.ProcessMemory[CardKey, SafeString] = caches.ProcessMemory(
    lambda: settings.LIST_MEMORY_SECONDS, most=10_000
)


def _rendered(tasks: dict[CardKey, Task], currency: str, now: datetime) -> dict[CardKey, SafeString]:
    by_task = queries.skill_ids_by_task([task.id for task in tasks.values()])
    names = skills.labels({row_id for ids in by_task.values() for row_id in ids}, get_language() or "en")
    rates = _rates_for_orientation({task.currency for task in tasks.values()} | {currency}, now)
    records = track_records.kept_records(task.employer_id for task in tasks.values())
    template = get_template("tasks/_card.html")
    result = {}
    for key, task in tasks.items():
        also = None
        if task.budget_max and task.currency != currency:
            converted = rates.convert(task.budget_max, currency)
            also = converted.amount if converted else None
        labels = [names[item] for item in by_task.get(task.id, []) if item in names]
        card = TaskCard(task, labels, also, bid_count=key[4], record=records[task.employer_id])
        result[key] = SafeString(template.render({"card": card}))
    return result


_rates: caches.ProcessMemory[tuple[date, frozenset[str]], rate_queries.RateTable] = caches.ProcessMemory(
    lambda: settings.REFERENCE_MEMORY_SECONDS
)


def _rates_for_orientation(currencies: set[str], now: datetime) -> rate_queries.RateTable:
    key = (now.date(), frozenset(currencies))
    return _rates.get(key, lambda: rate_queries.rate_table(now.date(), currencies))


def filter_of(parameters: QueryDict, currency: str, now: datetime) -> TaskFilter:
    """The filters in a query string of the list; amounts are in the reader's currency."""
    days, overlap = parameters.get("posted", ""), parameters.get("overlap", "")
    return TaskFilter(
        text=parameters.get("q", "")[:200].replace("\x00", ""),
        category=parameters.get("category", ""),
        skill_ids=tuple(uuids(parameters.getlist("skill")[:5])),
        language=parameters.get("language", ""),
        budget_from_minor=_reference(parameters.get("budget_from", ""), currency, now),
        budget_to_minor=_reference(parameters.get("budget_to", ""), currency, now),
        posted_within_days=int(days) if days in ("1", "7", "30") else None,
        bid_window=parameters.get("window", "") if parameters.get("window") in BidWindow.values else "",
        bids_max=BIDS_MAX.get(parameters.get("bids", "")),
        employer=parameters.get("employer", "") if parameters.get("employer") in HiringFact.values else "",
        region=parameters.get("region", "") if parameters.get("region") in Region.values else "",
        overlap_hours=int(overlap) if overlap in ("2", "4", "6") else 0,
        time_zone=timezone.get_current_timezone_name() if overlap else "",
        sort=parameters.get("sort", "") if parameters.get("sort") in (*queries.SORTS, queries.RELEVANCE) else "",
    )


def _reference(text: str, currency: str, now: datetime) -> int | None:
    """Convert a limit typed in the reader's currency to the reference currency of budgets."""
    try:
        value = fmt.parse_decimal(text) if text.strip() else None
    except fmt.NotANumber:
        return None
    if value is None or value < 0 or value > Decimal(10**9):
        return None
    converted = rate_queries.convert(Money.of(value.quantize(Decimal(1)), currency), REFERENCE_CURRENCY, now.date())
    return converted.amount.amount_minor if converted else None


@same_for_strangers
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    fragment = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    part, asker = f"tasks/task_list.html#{'live' if fragment else 'content'}", actor(request)
    own = current_organization(request)
    is_matched = own is not None and own.works
    reader = {
        "currency": reader_currency(request), "is_member": request.user.is_authenticated, "is_matched": is_matched,
    }  # fmt: skip
    is_personal = is_matched and request.GET.get("sort") == BEST_MATCH
    if is_personal or queries.sees_more_than_strangers(asker):
        content = get_template(part).render({**_list(request, asker, is_personal=is_personal), **reader}, request)
    else:
        content = public_content(request, part, lambda: _list(request, STRANGER), **reader)
    content = with_buttons(content, asker.user_id)
    response = HttpResponse(content) if fragment else render(request, "tasks/task_list.html", {"content": content})
    response["Vary"] = "HX-Request"
    if fragment:
        # The form also sends its empty fields; they do not belong into an address that is shared or saved.
        query = cleaned_query(request)
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


BEST_MATCH = "match"


def _list(request: HttpRequest, asker: Actor, *, is_personal: bool = False) -> dict[str, Any]:
    """:param is_personal: in the order of how well the tasks suit the reader; only those that were matched."""
    now = timezone.now()
    currency, cursor = reader_currency(request), request.GET.get("cursor", "")
    requested = filter_of(request.GET, currency, now)
    matching = queries.search(asker, requested, now)
    if is_personal and asker.organization_id:
        scores = recommendations.scores(asker.organization_id, now)
        page = queries.in_order_of(matching, scores, cursor)
    else:
        page = queries.search_page(matching, requested, cursor)
    total = queries.total(page, requested, now, is_first=not cursor)
    return {
        "cards": cards(page.rows, currency, now),
        "total": min(total, queries.COUNT_MAX),
        "is_capped": total > queries.COUNT_MAX,
        "next_cursor": page.next_cursor,
        "wanted": requested,
        "sort": BEST_MATCH if is_personal else requested.sort,
        "query": cleaned_query(request),
        "chips": chips(requested, request),
        "nearby": cards(list(queries.open_tasks(asker).filter(bidding_closes_at__gt=now)[:3]), currency, now)
        if not page.rows
        else [],
        **facets(requested, now),
    }


@same_for_strangers
@require_safe
def detail(request: HttpRequest, task_id: UUID) -> HttpResponse:
    return render(request, "tasks/task_detail.html", detail_context(request, task_id))


def detail_context(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """
    Return the context of the task page for this reader; also used to show the page again with form errors.

    :raises Http404: if the task does not exist or the reader may not see it.
    """
    now, asker = timezone.now(), actor(request)
    task = queries.task_page(task_id, asker)
    if task is None:
        raise Http404
    page = cast(queries.TaskOnPage, task)
    is_mine = asker.acts_for(task.employer_id)
    refusal = policies.why_not_bid(asker, task, now, is_invited=page.is_invited) or _why_not_paid(request, task, now)
    bid_count, own_bid = bids.count_and_own(task.id, asker.organization_id)
    budget = task.budget_max or task.budget_min
    currency = reader_currency(request)
    rates = _rates_for_orientation({task.currency, currency}, now)
    also = rates.convert(budget, currency) if budget and currency != task.currency else None
    names = skills.labels(page.skill_ids, get_language() or "en")
    may_edit = task.status == "draft" and is_mine
    may_bid = refusal is None and own_bid is None
    may_add = policies.can_add_to(asker, task)
    return {
        "task": task,
        "now": now,
        "is_mine": is_mine,
        "why_not_bid": refusal,
        "next_step": _own_step(task, bid_count, may_edit=may_edit)
        if is_mine
        else _bidders_step(request, task, own_bid=own_bid, may_bid=may_bid),
        "criteria": queries.criteria(task.id),
        "skill_labels": list(names.values()),
        "budget_also": also,
        "questions": queries.questions(task, asker),
        "addenda": queries.addenda(task.id) if page.has_addenda else [],
        "attachments": queries.attachments(task.id) if page.has_attachments else [],
        "bid_count": bid_count,
        "is_sealed": bids.is_sealed(task, now),
        "steps": _steps(task),
        "similar": _similar(task, page.skill_ids, currency, now) if not is_mine else [],
        "may_add": may_add,
        "may_close": policies.can(asker, task, "close"),
        "may_copy": is_mine and may(asker, Act.MANAGE_TASK, asker.organization_id, Side.EMPLOYER),
        "may_cancel": policies.can(asker, task, "cancel"),
        "question_form": TextForm(prefix="question") if not is_mine and refusal is None else None,
        "addendum_form": AddendumForm(prefix="addendum") if may_add else None,
        "attachment_form": AttachmentForm() if may_add else None,
        "employer_record": track_records.kept_record(task.employer_id),
        "is_saved": not is_mine and saved.is_task_saved(asker.user_id, task.id),
        "may_write": messaging.can_write_to_employer(
            task, asker.organization_id, is_invited=page.is_invited, has_bid=own_bid is not None
        ),
    }


_similar_cards: caches.ProcessMemory[tuple[UUID, str, str, str], list[SafeString]] = caches.ProcessMemory(
    lambda: settings.LIST_MEMORY_SECONDS, most=2_000
)


def _similar(task: Task, skill_ids: list[UUID], currency: str, now: datetime) -> list[SafeString]:
    """The cards of similar public tasks, as of up to `LIST_MEMORY_SECONDS` ago: the same for every reader."""
    key = (task.id, get_language() or "en", timezone.get_current_timezone_name(), currency)
    return _similar_cards.get(key, lambda: cards(queries.similar(task, skill_ids, now), currency, now))


def _own_step(task: Task, bid_count: int, *, may_edit: bool) -> dict[str, Any]:
    """Return the employer's next action on the task: its label and its URL."""
    if may_edit:
        return {"label": _("Go on with the draft"), "url": reverse("tasks:edit", args=[task.id])}
    label = ngettext("See %(n)s bid", "See %(n)s bids", bid_count) % {"n": bid_count}
    return {"label": label, "url": reverse("bidding:compare", args=[task.id]), "icon": "list-checks"}


def _bidders_step(request: HttpRequest, task: Task, *, own_bid: UUID | None, may_bid: bool) -> dict[str, Any] | None:
    """Return another user's next action on the task; None if they cannot bid."""
    if own_bid:
        return {"label": _("Your bid"), "url": reverse("bidding:detail", args=[own_bid]), "icon": "file-text"}
    if may_bid:
        url = reverse("bidding:new", args=[task.id])
        return {"label": _("Bid on this task"), "url": url, "icon": "send", "size": "large", "is_bid": True}
    if not request.user.is_authenticated:
        url = f"{reverse('account_login')}?next={request.path}"
        return {"label": _("Log in to bid"), "url": url, "icon": "log-in"}
    return None


_corridors: caches.ProcessMemory[tuple[str, str, date], DomainError | None] = caches.ProcessMemory(
    lambda: settings.LIST_MEMORY_SECONDS
)


def _why_not_paid(request: HttpRequest, task: Task, now: datetime) -> DomainError | None:
    """
    Return why the law does not allow paying this reader, if so: shown on the task, before a bid is written. As of up to
    `LIST_MEMORY_SECONDS` ago; placing a bid checks it again.
    """
    payee = current_organization(request)
    if payee is None:
        return None
    payer_country, payee_country, today = task.employer.country, payee.country, now.date()

    def refusal() -> DomainError | None:
        try:
            compliance.check_can_be_paid(payer_country=payer_country, payee_country=payee_country, on=today)
        except DomainError as error:
            return error
        return None

    return _corridors.get((payer_country, payee_country, today), refusal)


def _steps(task: Task) -> list[dict[str, str]]:
    names = [_("Posted"), _("Bidding"), _("Choosing"), _("At work"), _("Paid")]
    reached = {"draft": -1, "open": 1, "deciding": 2, "awarded": 3, "completed": 5}.get(task.status, 0)
    return [
        {"label": name, "state": "done" if position < reached else "now" if position == reached else ""}
        for position, name in enumerate(names)
    ]


@require_safe
def attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """Serve a file of a task to users who may see the task."""
    attachment = get_object_or_404(TaskAttachment.objects.select_related("file"), id=attachment_id)
    if not queries.tasks_visible_to(actor(request)).filter(id=attachment.task_id).exists():
        raise Http404
    return serve(attachment.file)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_list(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.method == "POST":
        query = request.POST.get("query", "")
        pace = request.POST.get("pace", AlertPace.DAILY)
        saved_searches.save_search(
            user=request.user, name=request.POST.get("name", ""), query=query, now=timezone.now(), pace=pace
        )
        messages.success(request, _("Search saved."))
        return redirect("tasks:searches")
    context = {"searches": queries.saved_searches(request.user.id), "paces": AlertPace.choices}
    return render(request, "tasks/saved_searches.html", context)


@login_required
@require_safe
def open_search(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """What a saved search finds now, the newest first: an alert leads here."""
    assert isinstance(request.user, User)
    saved_search = get_object_or_404(queries.saved_searches(request.user.id), id=search_id)
    return redirect(f"{reverse('tasks:list')}?{saved_search.query}")


@login_required
@require_POST
def set_search_pace(request: HttpRequest, search_id: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    saved_searches.set_search_pace(
        search_id=search_id, user=request.user, pace=request.POST.get("pace", ""), now=timezone.now()
    )
    messages.success(request, _("Alerts changed."))
    return redirect("tasks:searches")


@login_required
@require_POST
def forget_search(request: HttpRequest, search_id: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    saved_searches.forget_search(search_id=search_id, user=request.user)
    messages.success(request, _("Search removed."))
    return redirect("tasks:searches")
