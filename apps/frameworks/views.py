"""Pages of framework agreements: the list, one with its versions, the form of the terms, and the answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Organization
from apps.accounts.queries import organizations, profiles
from apps.accounts.rules import Side
from apps.common import keyset
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotAllowed
from apps.contracts.queries import call_offs
from apps.frameworks import errors, fmt, operations, policies
from apps.frameworks.forms import FrameworkForm, RateForm, first_values, rate_forms, typed_rows, values_of
from apps.frameworks.models import Framework, FrameworkVersion
from apps.frameworks.queries import documents
from apps.frameworks.queries import frameworks as queries
from apps.frameworks.states import FrameworkStatus
from apps.frameworks.terms import Draft

CONTRACTS_SHOWN_MAX = 20


def _framework_or_404(request: HttpRequest, framework_id: UUID) -> Framework:
    return get_object_or_404(queries.frameworks_visible_to(actor(request)), id=framework_id)


@login_required
@require_safe
def framework_list(request: HttpRequest) -> HttpResponse:
    asker = actor(request)
    page = keyset.page(
        queries.frameworks_visible_to(asker),
        order="-proposed_at",
        cursor=request.GET.get("cursor", ""),
        has_nulls=False,
    )
    now = timezone.now()
    rows = [
        {
            "framework": row,
            "is_employer": asker.acts_for(row.employer_id),
            "is_party": asker.acts_for(row.employer_id) or asker.acts_for(row.freelancer_id),
            "may_answer": policies.can_answer(asker, row, now),
        }
        for row in page.rows
    ]
    return render(request, "frameworks/framework_list.html", {"rows": rows, "next_cursor": page.next_cursor})


# -- read


@login_required
@require_safe
def detail(request: HttpRequest, framework_id: UUID) -> HttpResponse:
    """The newest version, or an earlier one; what it changed; and what this side can do."""
    framework = _framework_or_404(request, framework_id)
    asker, now = actor(request), timezone.now()
    versions = queries.versions(framework.id)
    version = _chosen(versions, request.GET.get("version", ""))
    earlier = next((row for row in versions if row.number == version.number - 1), None)
    draft, is_newest = version.draft(), version.number == framework.version_number
    was_in_force = framework.accepted_at is not None
    is_employer = asker.acts_for(framework.employer_id)
    context = {
        "framework": framework,
        "version": version,
        "versions": [_acceptances(framework, row) for row in versions] if len(versions) > 1 or was_in_force else [],
        "is_newest": is_newest,
        "draft": draft,
        "facts": fmt.facts(draft),
        "rates": fmt.rates(draft),
        "clauses": fmt.clauses(draft),
        "compared": fmt.compared(earlier.draft(), draft) if earlier else [],
        "is_employer": is_employer,
        "other": framework.freelancer if is_employer else framework.employer,
        "may_answer": is_newest and policies.can_answer(asker, framework, now),
        "may_withdraw": is_newest and policies.can_withdraw(asker, framework),
        "may_give_notice": policies.can_give_notice(asker, framework),
        "may_call_off": is_employer and policies.is_valid(framework, now.date()),
        "last_day": framework.last_day,
        "like_url": "" if framework.status == FrameworkStatus.PROPOSED else _like_url(asker, framework),
        **(_use(framework) if was_in_force else {}),
    }
    return render(request, "frameworks/framework.html", context)


def _like_url(asker: Actor, framework: Framework) -> str:
    """The form of new terms between the same two, filled with these; empty if this reader may not propose any."""
    if asker.acts_for(framework.employer_id) and policies.may_propose_as(asker, Side.EMPLOYER):
        url = reverse("frameworks:propose-to-freelancer", args=[framework.freelancer.handle])
    elif asker.acts_for(framework.freelancer_id) and policies.may_propose_as(asker, Side.FREELANCER):
        url = reverse("frameworks:propose-to-employer", args=[framework.employer.handle])
    else:
        return ""
    return f"{url}?like={framework.id}"


def _chosen(versions: list[FrameworkVersion], number: str) -> FrameworkVersion:
    version = next((row for row in versions if str(row.number) == number), None)
    if number and version is None:
        raise Http404
    return version or versions[0]


def _acceptances(framework: Framework, version: FrameworkVersion) -> dict[str, Any]:
    names = {True: framework.employer.display_name, False: framework.freelancer.display_name}
    rows = sorted(version.acceptances.all(), key=lambda row: row.accepted_at)
    return {
        "version": version,
        "acceptances": [{"side": names[row.is_employer], "at": row.accepted_at} for row in rows],
        "is_accepted": len(rows) > 1,
    }


def _use(framework: Framework) -> dict[str, Any]:
    """The contracts under it, newest first, and how much of the ceiling they use."""
    contracts = call_offs.contracts_under(framework.id).order_by("-offered_at", "-id")[:CONTRACTS_SHOWN_MAX]
    return {"contracts": list(contracts), "used": call_offs.total(framework), "left": call_offs.left(framework)}


@login_required
@require_safe
def document(request: HttpRequest, framework_id: UUID) -> HttpResponse:
    """Download the newest version as PDF, in the reader's language; the words of both sides stay as they are."""
    framework = _framework_or_404(request, framework_id)
    language = translation.get_language() or "en"
    body = documents.pdf(framework, timezone.now(), reader=actor(request), language=language)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="framework-agreement-{framework.id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


# -- write the terms


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, handle: str, side: Side) -> HttpResponse:
    """
    Propose terms, as the employer or as the freelancer. `?like=<framework agreement>` fills the form with the terms of
    an earlier one between the same two.
    """
    asker = actor(request)
    if not policies.may_propose_as(asker, side):
        raise NotAllowed
    takes_part = {"organization__works": True} if side == Side.EMPLOYER else {"organization__hires": True}
    visible = profiles.profiles_visible_to(asker).filter(**takes_part).exclude(organization_id=asker.side_id)
    other = get_object_or_404(visible, organization__handle=handle).organization
    own = organizations.organization(asker.side_id)
    employer, freelancer = (own, other) if side == Side.EMPLOYER else (other, own)
    return _form(request, employer, freelancer, other, None, _like(request, employer, freelancer))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, framework_id: UUID) -> HttpResponse:
    """
    The same form, filled with what the other side proposed. If that was withdrawn or expired since, the form that was
    sent comes back with the reason.
    """
    framework = _framework_or_404(request, framework_id)
    try:
        policies.check_can_answer(actor(request), framework, timezone.now())
    except Conflict:
        if request.method != "POST":
            raise
    other = framework.employer if framework.proposed_by_id == framework.employer_id else framework.freelancer
    draft = queries.newest_version(framework).draft()
    return _form(request, framework.employer, framework.freelancer, other, framework, draft)


def _like(request: HttpRequest, employer: Organization, freelancer: Organization) -> Draft | None:
    try:
        framework_id = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    both = queries.frameworks_visible_to(actor(request)).filter(employer=employer, freelancer=freelancer)
    earlier = both.filter(id=framework_id).first()
    return queries.newest_version(earlier).draft() if earlier else None


def _form(
    request: HttpRequest,
    employer: Organization,
    freelancer: Organization,
    other: Organization,
    countered: Framework | None,
    start: Draft | None,
) -> HttpResponse:
    context: dict[str, Any] = {"employer": employer, "freelancer": freelancer, "other": other, "countered": countered}
    if countered is not None:
        context["number"] = request.POST.get("number") or countered.version_number
    if request.method != "POST":
        values, rows = values_of(start) if start else (_first_values(employer), [])
        return _page(request, context, FrameworkForm(initial=values, currency=employer.currency), rate_forms(rows=rows))
    if "add" in request.POST:
        typed = {name: request.POST.get(name, "") for name in FrameworkForm.base_fields}
        form = FrameworkForm(initial=typed, currency=employer.currency)
        return _page(request, context, form, rate_forms(rows=typed_rows(request.POST)))
    form, rates = FrameworkForm(request.POST, currency=employer.currency), rate_forms(request.POST)
    if not (form.is_valid() and rates.is_valid()):
        return _page(request, context, form, rates, status=422)
    lines = tuple(rate for rate in (row.rate(form.cleaned_data["currency"]) for row in rates) if rate is not None)
    draft = form.draft(lines)
    if draft is None or not rates.is_valid():  # an amount with too many digits
        return _page(request, context, form, rates, status=422)
    return _send(request, context, form, rates, draft)


def _first_values(employer: Organization) -> dict[str, Any]:
    return first_values(
        currency=employer.currency,
        source_language=translation.get_language() or "en",
        today=timezone.now().date(),
    )


def _send(
    request: HttpRequest,
    context: dict[str, Any],
    form: FrameworkForm,
    rates: BaseFormSet[RateForm],
    draft: Draft,
) -> HttpResponse:
    values: dict[str, Any] = {"draft": draft, "actor": actor(request), "now": timezone.now()}
    countered: Framework | None = context["countered"]
    try:
        if countered is None:
            framework = operations.propose(
                employer_id=context["employer"].id, freelancer_id=context["freelancer"].id, **values
            )
        else:
            framework = operations.counter(framework_id=countered.id, number=_number(request), **values)
    except DomainError as problem:
        if isinstance(problem, errors.AmountNotPayable) and problem.row is not None:
            filled = [row for row in rates if row.cleaned_data]
            filled[problem.row].add_error("price", str(problem))
        else:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, context, form, rates, status=problem.status)
    messages.success(request, _("Your proposal is sent. Nothing applies until the other side accepts it."))
    return redirect(framework)


def _number(request: HttpRequest) -> int:
    """The version that was on the page; 0 if the page names none, which is never the newest."""
    number = request.POST.get("number", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 0


def _page(
    request: HttpRequest,
    context: dict[str, Any],
    form: FrameworkForm,
    rates: BaseFormSet[RateForm],
    *,
    status: int = 200,
) -> HttpResponse:
    return render(request, "frameworks/framework_form.html", context | {"form": form, "rates": rates}, status=status)


# -- answer


@login_required
@require_POST
def answer(request: HttpRequest, framework_id: UUID, verb: str) -> HttpResponse:
    framework = _framework_or_404(request, framework_id)
    values: dict[str, Any] = {"framework_id": framework.id, "actor": actor(request), "now": timezone.now()}
    reason = request.POST.get("reason", "")
    if verb == "accept":
        operations.accept(number=_number(request), **values)
        messages.success(request, _("Accepted. Offers can now be made under these terms."))
    elif verb == "decline":
        operations.decline(reason=reason, **values)
        messages.success(request, _("You declined the proposal."))
    elif verb == "withdraw":
        operations.withdraw(**values)
        messages.success(request, _("Your proposal is withdrawn."))
    elif verb == "end":
        operations.give_notice(reason=reason, **values)
        messages.success(request, _("Notice is given. The other side is notified."))
    else:
        raise Http404
    return redirect(framework)
