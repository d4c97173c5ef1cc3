from typing import Any

from django.http import HttpRequest

from apps.accounts.middleware import memberships
from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side


def actor(request: HttpRequest) -> dict[str, Any]:
    """
    `actor`, the current `organization`, the `organizations` to switch to, and which links to show: posting tasks,
    placing bids, finding work (also for visitors, who may look around before they sign up).
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {
            "actor": getattr(request, "actor", None), "organization": None, "organizations": [], "may_find_work": True,
        }  # fmt: skip
    own = [membership.organization for membership in memberships(request, user)]
    organizations = sorted(own, key=lambda organization: organization.created_at)
    acting = request.actor  # type: ignore[attr-defined]
    current = next((organization for organization in organizations if organization.id == acting.organization_id), None)
    may_place_bids = may(acting, Act.BID, acting.organization_id, Side.FREELANCER)
    return {
        "actor": acting,
        "organization": current,
        "organizations": organizations,
        "may_post_tasks": may(acting, Act.MANAGE_TASK, acting.organization_id, Side.EMPLOYER),
        "may_place_bids": may_place_bids,
        "may_find_work": may_place_bids and current is not None and current.works,
    }
