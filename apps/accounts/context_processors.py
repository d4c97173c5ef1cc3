from typing import Any

from django.http import HttpRequest

from apps.accounts import queries
from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side


def actor(request: HttpRequest) -> dict[str, Any]:
    """`actor`, the `organization` acted for and the `organizations` to switch to (lazy: one query when shown)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"actor": getattr(request, "actor", None), "organization": None, "organizations": []}
    organizations = list(queries.organizations_of(user))
    acting = request.actor  # type: ignore[attr-defined]
    current = next((one for one in organizations if one.id == acting.organization_id), None)
    return {
        "actor": acting,
        "organization": current,
        "organizations": organizations,
        "may_post_tasks": may(acting, Act.MANAGE_TASK, acting.organization_id, Side.EMPLOYER),
        "may_place_bids": may(acting, Act.BID, acting.organization_id, Side.FREELANCER),
    }
