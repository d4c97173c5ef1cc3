from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts.middleware import memberships
from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side

_MAIN_PAGES = (
    "tasks:list",
    "accounts:people",
    "tasks:mine",
    "bidding:mine",
    "contracts:list",
    "messaging:list",
    "payouts:wallet",
)


class Navigation(NamedTuple):
    """What the main links depend on."""

    current: str
    """The page's address, if it is one of the main pages."""
    may_find_work: bool
    has_organization: bool
    hires: bool = False
    works: bool = False


class AccountMenu(NamedTuple):
    """What a member's menu depends on."""

    user_name: str
    organization_id: UUID | None
    organization_name: str
    picture: str
    """Of the organization: the digest, or "" without one."""
    profile: str
    """The address of the organization's profile."""
    organizations: tuple[tuple[UUID, str], ...]
    """Id and name of each organization that the user may act for."""
    is_staff: bool
    may_moderate: bool
    hires: bool = False
    works: bool = False

    @property
    def id(self) -> UUID | str:
        """What the generated mark is made from."""
        return self.organization_id or self.user_name


def actor(request: HttpRequest) -> dict[str, Any]:
    """
    `actor`, the current `organization`, `navigation` and `account_menu`, and which links to show: posting tasks,
    placing bids, finding work (also for visitors, who may look around before they sign up).
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {
            "actor": getattr(request, "actor", None), "organization": None, "may_find_work": True,
            "navigation": Navigation(_current(request), may_find_work=True, has_organization=False),
        }  # fmt: skip
    own = [membership.organization for membership in memberships(request, user)]
    organizations = sorted(own, key=lambda organization: organization.created_at)
    acting = request.actor  # type: ignore[attr-defined]
    current = next((organization for organization in organizations if organization.id == acting.organization_id), None)
    may_place_bids = may(acting, Act.BID, acting.organization_id, Side.FREELANCER)
    may_find_work = may_place_bids and current is not None and current.works
    return {
        "actor": acting,
        "organization": current,
        "navigation": Navigation(
            _current(request),
            may_find_work,
            has_organization=current is not None,
            hires=current is not None and current.hires,
            works=current is not None and current.works,
        ),
        "account_menu": AccountMenu(
            user_name=user.display_name,
            organization_id=current.id if current else None,
            organization_name=current.display_name if current else "",
            picture=current.picture if current else "",
            profile=current.get_absolute_url() if current else "",
            organizations=tuple((organization.id, organization.display_name) for organization in organizations),
            is_staff=user.is_staff,
            may_moderate="moderate" in acting.staff_capabilities,
            hires=current is not None and current.hires,
            works=current is not None and current.works,
        ),
        "may_post_tasks": may(acting, Act.MANAGE_TASK, acting.organization_id, Side.EMPLOYER),
        "may_place_bids": may_place_bids,
        "may_find_work": may_find_work,
    }


def _current(request: HttpRequest) -> str:
    return request.path if request.path in _main_addresses(get_language()) else ""


@cache
def _main_addresses(_language: str | None) -> frozenset[str]:
    return frozenset(reverse(name) for name in _MAIN_PAGES)
