"""Whether two organizations are run by the same people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from apps.accounts.models import Membership, PastMembership
from apps.common.prepared import prepared

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
    # Who is a member of each, or was, and their passkeys.
    marks: dict[UUID, set[UUID | str]] = {one_id: set(), other_id: set()}
    for organization_id, user_id, passkeys in _people_since([one_id, other_id], since - RELATED_FOR):
        marks[organization_id] |= {user_id, *(key for key in passkeys if key)}
    return bool(marks[one_id] & marks[other_id]) or any(relation(one_id, other_id) for relation in RELATIONS)


@prepared
def _people_since(organization_ids: list[UUID], since: datetime) -> QuerySet[Any, tuple[UUID, UUID, list[str | None]]]:
    """Organization, user and the ids of the user's passkeys, for each member and each who left since `since`."""
    webauthn = Authenticator.objects.filter(user_id=OuterRef("user_id"), type=Authenticator.Type.WEBAUTHN)
    passkeys = ArraySubquery(webauthn.values(key=KeyTextTransform("id", KeyTransform("credential", "data"))))
    now = Membership.objects.filter(organization_id__in=organization_ids)
    left = PastMembership.objects.filter(organization_id__in=organization_ids, left_at__gte=since)
    columns = ("organization_id", "user_id", "passkeys")
    return (
        now.annotate(passkeys=passkeys)
        .values_list(*columns)
        .union(left.annotate(passkeys=passkeys).values_list(*columns), all=True)
    )


def shares_a_person(first: str, second: str) -> Exists:
    """
    For lists: a person is currently a member of both organizations, which are named by columns of the outer query.
    """
    both = Membership.objects.filter(
        organization_id=OuterRef(first), user__memberships__organization_id=OuterRef(second)
    )
    return Exists(both)
