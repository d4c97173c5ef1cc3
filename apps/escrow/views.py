"""Pages of held money: what is held, for whom, until when, and every entry behind it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.middleware import actor
from apps.common import keyset
from apps.common.errors import NotFound
from apps.escrow import queries
from apps.payments import queries as payments


@login_required
@require_GET
def held(request: HttpRequest) -> HttpResponse:
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    found = keyset.page(queries.escrows_of(organization_id), order="-opened_at", cursor=request.GET.get("cursor", ""))
    context = {"escrows": found, "next_cursor": found.next_cursor, "own_id": organization_id}
    return render(request, "escrow/escrow_list.html", context)


@login_required
@require_GET
def escrow(request: HttpRequest, escrow_id: UUID) -> HttpResponse:
    found = queries.escrow_visible_to(actor(request), escrow_id)
    context = {
        "escrow": found,
        "releases": list(found.releases.order_by("released_at")),
        "refunds": list(payments.refunds_of_reference(found.id)),
        "entries": queries.entries_of(found.id),
        "is_payer": actor(request).acts_for(found.payer_id),
    }
    return render(request, "escrow/escrow_detail.html", context)


@login_required
@require_GET
def release(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The receipt of one release."""
    found = queries.release_visible_to(actor(request), release_id)
    context = {
        "release": found,
        "escrow": found.escrow,
        "entries": queries.entries_of_release(found.id),
    }
    return render(request, "escrow/release_detail.html", context)
