"""Who acts: a person for an organization, or an API key."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from apps.accounts import rules
from apps.accounts.models import Membership, PersonalToken, User
from apps.common.actors import Actor
from apps.common.prepared import prepared


def memberships_of(user: User) -> list[Membership]:
    """The user's memberships of active organizations, each with its organization, the oldest first."""
    return _memberships(user.pk)


@prepared
def _memberships(user_id: UUID) -> QuerySet[Membership]:
    active = Membership.objects.filter(user_id=user_id, organization__is_active=True)
    return active.select_related("organization").order_by("created_at")


def actor_for(
    user: User,
    organization_id: UUID | None = None,
    *,
    has_fresh_login: bool = False,
    has_second_factor: bool = True,
    memberships: Sequence[Membership] | None = None,
) -> Actor:
    """
    The user as an actor for the given organization; without an organization if they do not belong to it.

    If none is given: the last used organization, else the oldest.

    :param has_second_factor: whether the session passed a second factor. If staff need one
        (`STAFF_NEEDS_SECOND_FACTOR`), an actor without it is not staff. An operator's commands have no session and
        leave the default.
    :param memberships: `memberships_of` the user, if the caller has them.
    """
    own = memberships_of(user) if memberships is None else memberships
    by_organization = {membership.organization_id: membership for membership in own}
    if organization_id is not None:
        membership = by_organization.get(organization_id)
    else:
        last = by_organization.get(user.last_organization_id) if user.last_organization_id else None
        membership = last or next(iter(by_organization.values()), None)
    is_proved = has_second_factor or not settings.STAFF_NEEDS_SECOND_FACTOR
    as_staff = rules.staff_capabilities(user.staff_roles) if user.is_staff and is_proved else frozenset()
    return Actor(
        user_id=user.pk,
        organization_id=membership.organization_id if membership else None,
        capabilities=rules.capabilities(membership.role) if membership else frozenset(),
        is_staff=bool(as_staff),
        staff_capabilities=as_staff,
        has_fresh_login=has_fresh_login,
    )


def actor_for_key(token: PersonalToken) -> Actor | None:
    """
    The key's user acting for the key's organization, within its scopes; never as staff, because staff must prove more
    than a key can.

    None if the user does not belong to that organization any more.
    """
    membership = Membership.objects.filter(
        user_id=token.user_id, organization_id=token.organization_id, organization__is_active=True
    ).first()
    if membership is None:
        return None
    scopes = frozenset(token.scopes)
    return Actor(
        user_id=token.user_id,
        organization_id=token.organization_id,
        capabilities=rules.within_scopes(rules.capabilities(membership.role), scopes),
        key_scopes=scopes,
        role_capabilities=rules.capabilities(membership.role),
    )
