"""Public profiles and the search for freelancers."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Profile
from apps.accounts.policies import may
from apps.accounts.queries import profiles
from apps.accounts.rules import Act, Side
from apps.accounts.states import SkillLevel
from apps.common.views import same_for_strangers
from apps.files import views as file_views
from apps.reviews import queries as reviews
from apps.saved import queries as saved
from apps.skills import queries as skill_queries
from apps.tasks import queries as tasks
from apps.track_records import queries as track_records

OPEN_TASKS_SHOWN_MAX = 10


@same_for_strangers
@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    visible = profiles.profiles_visible_to(actor(request)).prefetch_related("skills", "languages", "portfolio")
    shown = get_object_or_404(visible, organization__handle=handle)
    is_own = actor(request).acts_for(shown.organization_id)
    as_visitor = request.GET.get("as") == "visitor"
    per_cent, missing = profiles.completeness(shown) if is_own else (0, [])
    levels = dict(SkillLevel.choices)
    labels = skill_queries.labels({skill.skill_id for skill in shown.skills.all()}, translation.get_language() or "en")
    skills = sorted(
        ((labels.get(skill.skill_id, ""), skill.level, levels[skill.level]) for skill in shown.skills.all()),
        key=lambda skill: (-skill[1], skill[0]),
    )
    context = {
        "profile": shown,
        "owner": shown.organization,
        "is_own": is_own and not as_visitor,
        "as_visitor": is_own and as_visitor,
        "per_cent": per_cent,
        "missing": missing[:1],
        "skills": skills,
        "rating": reviews.rating(shown.organization_id),
        "record": track_records.record(shown.organization_id),
        "now": timezone.now(),
        "shows_working": shown.organization.works,
        **_actions(request, shown, is_own=is_own),
    }
    if shown.organization.hires or not shown.organization.works:
        context |= _as_employer(request, shown.organization_id)
    return render(request, "accounts/profile.html", context)


def _actions(request: HttpRequest, shown: Profile, *, is_own: bool) -> dict[str, object]:
    """What the reader can do with this profile."""
    asker, owner = actor(request), shown.organization
    if is_own or asker.organization_id is None:
        return {"is_stranger": not request.user.is_authenticated}
    return {
        "may_invite": owner.works and may(asker, Act.MANAGE_TASK, asker.organization_id, Side.EMPLOYER),
        "may_offer": owner.works
        and may(asker, Act.MANAGE_TASK, asker.organization_id, Side.EMPLOYER)
        and may(asker, Act.JUDGE_BIDS, asker.organization_id, Side.EMPLOYER),
        "may_propose_to_freelancer": owner.works
        and may(asker, Act.AGREE_ON_FRAMEWORK, asker.organization_id, Side.EMPLOYER),
        "may_propose_to_employer": owner.hires
        and may(asker, Act.AGREE_ON_FRAMEWORK, asker.organization_id, Side.FREELANCER),
        "may_write": may(asker, Act.WRITE_MESSAGE, asker.organization_id, Side.EMPLOYER),
        "may_save": True,
        "is_saved": saved.is_person_saved(asker.user_id, owner.id),
    }


def _as_employer(request: HttpRequest, organization_id: UUID) -> dict[str, object]:
    """An employer's open tasks, for freelancers who consider a bid."""
    open_tasks = tasks.open_tasks(actor(request)).filter(employer_id=organization_id)
    return {
        "shows_hiring": True,
        "open_count": tasks.capped_count(open_tasks),
        "open_tasks": open_tasks.order_by("-published_at")[:OPEN_TASKS_SHOWN_MAX],
    }


@require_safe
def portfolio_picture(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    item = get_object_or_404(profiles.portfolio_items_visible_to(actor(request)), id=item_id)
    if item.image is None:
        raise Http404
    return file_views.serve(item.image, inline=True)
