"""Public pages of the learned orders with their model cards. Staff choose between them and the formula."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.policies import staff_may
from apps.accounts.rules import Act
from apps.common.errors import Conflict, Invalid, NotFound
from apps.matching import policies
from apps.matching.models import ListSide, Ranker
from apps.matching.operations import learning
from apps.matching.queries import learned


@require_safe
def rankers(request: HttpRequest) -> HttpResponse:
    """Show the order in use in each category, and all cards."""
    return render(request, "matching/ranker_list.html", {"orders": learned.orders(), "rankers": learned.rankers()})


@require_safe
def ranker(request: HttpRequest, ranker_id: int) -> HttpResponse:
    """Show one model card."""
    ranker = get_object_or_404(Ranker.objects.select_related("category"), id=ranker_id)
    weights = sorted(ranker.card.get("weights", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    context = {
        "ranker": ranker,
        "weights": [(name, weight) for name, weight in weights if weight],
        "choices": learned.choices_of(ranker),
        "holds": learned.newest_choice(ranker.category_id, ranker.side),
        "may_choose": staff_may(actor(request), Act.RUN_RANKING),
    }
    return render(request, "matching/ranker_detail.html", context)


@require_POST
@login_required
def choose_order(request: HttpRequest, category_id: UUID, side: str) -> HttpResponse:
    """Staff: `ranker` is the id of the order to use, or empty for the formula."""
    policies.check_can_choose_order(actor(request))
    ranker_id = request.POST.get("ranker", "")
    if (
        side not in ListSide.values
        or (ranker_id and not ranker_id.isascii())
        or (ranker_id and not ranker_id.isdigit())
    ):
        raise NotFound
    try:
        learning.choose_order(
            category_id=category_id, side=ListSide(side), ranker_id=int(ranker_id) if ranker_id else None,
            note=request.POST.get("note", ""), actor=actor(request), now=timezone.now(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The order is chosen. Open tasks of the category are matched again."))
    shown = request.POST.get("page", "")
    return (
        redirect("matching:ranker", int(shown)) if shown.isdigit() and shown.isascii() else redirect("matching:rankers")
    )
