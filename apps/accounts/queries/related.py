"""Whether two organizations are run by the same people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from apps.accounts.models import Membership, PastMembership

Relation = Callable[[UUID, UUID], bool]
RELATIONS: list[Relation] = []
"""Checks registered by apps in higher layers that detect two organizations of the same people."""
RELATED_FOR = timedelta(days=90)
"""A former member counts as a member for this long: leaving just before a deal does not make the parties unrelated."""


def sides_of_person(user_id: UUID, organization_ids: Collection[UUID], *, since: datetime) -> set[UUID]:
    """The given organizations of which the person is a member, or was one at any time since 90 days before `since`."""
    now = Membership.objects.filter(user_id=user_id, organization_id__in=organization_ids)
    left = PastMembership.objects.filter(
        user_id=user_id, organization_id__in=organization_ids, left_at__gte=since - RELATED_FOR
    )
    return set(now.values_list("organization_id", flat=True).union(left.values_list("organization_id", flat=True)))


def are_related(one_id: UUID, other_id: UUID, *, since: datetime) -> bool:
    """
    Whether two organizations have the same people, as far as we can detect: a person is a member of both, or was since
    90 days before `since`; two members log in with the same passkey; or an app in a higher layer detects it (for
    example the same bank account).
    """
    if one_id == other_id:
        return True
    people = _people_since((one_id, other_id), since)
    if people[one_id] & people[other_id]:
        return True
    keys = _passkeys(people[one_id] | people[other_id])
    shared = {key for user_id in people[one_id] for key in keys.get(user_id, ())} & {
        key for user_id in people[other_id] for key in keys.get(user_id, ())
    }
    return bool(shared) or any(relation(one_id, other_id) for relation in RELATIONS)


def _people_since(organization_ids: Sequence[UUID], since: datetime) -> dict[UUID, set[UUID]]:
    """Of each organization, who is a member or was one since 90 days before `since`; one query."""
    now = Membership.objects.filter(organization_id__in=organization_ids)
    left = PastMembership.objects.filter(organization_id__in=organization_ids, left_at__gte=since - RELATED_FOR)
    people: dict[UUID, set[UUID]] = {organization_id: set() for organization_id in organization_ids}
    columns = ("organization_id", "user_id")
    for organization_id, user_id in now.values_list(*columns).union(left.values_list(*columns)):
        people[organization_id].add(user_id)
    return people


def _passkeys(user_ids: set[UUID]) -> dict[UUID, set[str]]:
    """The ids of the passkeys of each user who has any; one query."""
    keys = Authenticator.objects.filter(user_id__in=user_ids, type=Authenticator.Type.WEBAUTHN)
    result: dict[UUID, set[str]] = {}
    for user_id, data in keys.values_list("user_id", "data"):
        if key := data.get("credential", {}).get("id"):
            result.setdefault(user_id, set()).add(str(key))
    return result


def shares_a_person(first: str, second: str) -> Exists:
    """
    For lists: a person is currently a member of both organizations, which are named by columns of the outer query.
    """
    both = Membership.objects.filter(
        organization_id=OuterRef(first), user__memberships__organization_id=OuterRef(second)
    )
    return Exists(both)
