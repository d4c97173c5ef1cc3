"""Pages to write, read and answer reviews."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.queries import profiles
from apps.common import keyset
from apps.contracts.queries import contracts
from apps.reviews import operations, policies, queries, rules
from apps.reviews.forms import ReplyForm, ReviewForm
from apps.track_records import queries as track_records


def _language(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    return request.user.language


@require_safe
def of_organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """Show the published reviews of one organization, as a page or as the section of a profile."""
    profile = get_object_or_404(profiles.profiles_visible_to(actor(request)), organization_id=organization_id)
    page = keyset.page(
        queries.published_reviews(organization_id), order="-published_at", cursor=request.GET.get("cursor", ""), size=10
    )
    context = {
        "owner": profile.organization,
        "rating": queries.rating(organization_id),
        "record": track_records.record(organization_id),
        "page": page,
        "next": f"?cursor={page.next_cursor}" if page.next_cursor else "",
        "is_own": actor(request).acts_for(organization_id),
    }
    template = "reviews/of_organization.html"
    if request.headers.get("HX-Request"):
        template += "#reviews"
    return render(request, template, context)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List contracts to review, reviews written, and reviews received."""
    who = actor(request)
    visible = queries.reviews_visible_to(who)
    context = {
        "waiting": [
            (contract, rules.window_end(contract.ended_at))
            for contract in queries.contracts_to_review(who.organization_id, timezone.now())
            if contract.ended_at
        ],
        "written": visible.filter(author_id=who.organization_id).order_by("-submitted_at")[:50],
        "received": visible.filter(subject_id=who.organization_id, published_at__isnull=False).order_by(
            "-published_at"
        )[:50],
    }
    return render(request, "reviews/mine.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = get_object_or_404(contracts.contracts_visible_to(actor(request)), id=contract_id)
    policies.check_can_review(actor(request), contract, timezone.now())
    of_employer = actor(request).organization_id == contract.freelancer_id
    form = ReviewForm(request.POST or None, of_employer=of_employer)
    if form.is_valid():
        written = operations.submit(
            contract_id=contract.id,
            source_language=_language(request),
            actor=actor(request),
            now=timezone.now(),
            **form.cleaned_data,
        )
        if written.published_at:
            messages.success(request, _("Thank you. Both reviews are published now."))
        else:
            messages.success(request, _("Thank you. Your review stays sealed until the other side has written theirs."))
        return redirect("reviews:list")
    assert contract.ended_at is not None
    context = {
        "form": form,
        "contract": contract,
        "subject": contract.employer if of_employer else contract.freelancer,
        "until": rules.window_end(contract.ended_at),
    }
    return render(request, "reviews/review_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, review_id: UUID) -> HttpResponse:
    shown = get_object_or_404(queries.reviews_visible_to(actor(request)), id=review_id)
    policies.check_can_reply(actor(request), shown)
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        operations.reply(
            review_id=shown.id,
            text=form.cleaned_data["reply"],
            language=_language(request),
            actor=actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your answer is published."))
        return redirect("reviews:list")
    context = {"form": form, "review": shown}
    return render(request, "reviews/reply_form.html", context, status=422 if form.is_bound else 200)
