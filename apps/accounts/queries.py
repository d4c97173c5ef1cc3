from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts import rules
from apps.accounts.models import (
    AccessEvent,
    Membership,
    MembershipInvitation,
    Organization,
    PastMembership,
    PersonalToken,
    PortfolioItem,
    Profile,
    ProfileLanguage,
    ProfileSkill,
    User,
)
from apps.accounts.states import Role
from apps.common import tokens
from apps.common.actors import Actor

SEARCH_WORDS_MAX = 6
SEARCH_CHARACTERS_MAX = 100
PEOPLE_COUNT_MAX = 1000


def actor_for(
    user: User,
    organization_id: UUID | None = None,
    *,
    has_fresh_login: bool = False,
    has_second_factor: bool = True,
) -> Actor:
    """
    The user as an actor for the given organization; without an organization if they do not belong to it.

    If none is given: the last used organization, else the oldest.

    :param has_second_factor: whether the session passed a second factor. If staff need one
        (`STAFF_NEEDS_SECOND_FACTOR`), an actor without it is not staff. An operator's commands have no session and
        leave the default.
    """
    memberships = {
        membership.organization_id: membership
        for membership in Membership.objects.filter(user=user, organization__is_active=True).order_by("created_at")
    }
    if organization_id is not None:
        membership = memberships.get(organization_id)
    else:
        last = memberships.get(user.last_organization_id) if user.last_organization_id else None
        membership = last or next(iter(memberships.values()), None)
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


def organizations_of(user: User) -> QuerySet[Organization]:
    return Organization.objects.filter(memberships__user=user, is_active=True).order_by("created_at")


def organization(organization_id: UUID) -> Organization:
    return Organization.objects.get(id=organization_id)


@dataclass(frozen=True, slots=True)
class CountryToCheck:
    organization: Organization
    before: str


def countries_to_check() -> list[CountryToCheck]:
    """Organizations whose changed country staff have not reviewed, the longest waiting first; at most 100."""
    waiting = list(Organization.objects.exclude(country_review_since=None).order_by("country_review_since")[:100])
    changes = AccessEvent.objects.filter(organization__in=waiting, action="accounts.country_changed")
    before: dict[UUID | None, str] = {}
    for change in changes.order_by("-happened_at"):  # the oldest of the changes wins
        before[change.organization_id] = str(change.details["before"])
    return [CountryToCheck(item, before.get(item.id, "")) for item in waiting]


def lock(organization_id: UUID) -> Organization:
    """The organization, locked: decisions about it are serialized."""
    return Organization.objects.select_for_update().get(id=organization_id)


def profiles_visible_to(actor: Actor) -> QuerySet[Profile]:
    """Public profiles and the actor's own. A profile hidden by moderation is visible only to its owner and staff."""
    everybody = Q(is_public=True, hidden_at=None, organization__is_active=True)
    own = Q(organization_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    profiles = Profile.objects.select_related("organization")
    return profiles if actor.is_staff else profiles.filter(everybody | own)


def has_skills(organization_id: UUID) -> bool:
    return ProfileSkill.objects.filter(profile__organization_id=organization_id).exists()


def members(organization_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.filter(organization_id=organization_id).select_related("user").order_by("created_at")


def users_to_notify(organization_id: UUID, capability: str = rules.VIEW) -> list[User]:
    """Active members whose role includes the capability."""
    roles = [role for role, allowed in rules.CAPABILITIES.items() if capability in allowed]
    return list(
        User.objects.filter(
            memberships__organization_id=organization_id, memberships__role__in=roles, is_active=True
        ).order_by("created_at")
    )


def owners(organization_id: UUID) -> list[User]:
    return list(
        User.objects.filter(
            memberships__organization_id=organization_id, memberships__role=Role.OWNER, is_active=True
        ).order_by("created_at")
    )


def staff_to_notify(capability: str = rules.READ) -> list[User]:
    """Active staff whose roles include the capability."""
    roles = [role for role, allowed in rules.STAFF_CAPABILITIES.items() if capability in allowed]
    q = Q(staff_assignments__role__in=roles) | Q(is_superuser=True)
    return list(User.objects.filter(q, is_staff=True, is_active=True).distinct().order_by("created_at"))


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def live_token(token: str, now: datetime) -> PersonalToken | None:
    """The token's row; None if it is unknown, revoked or expired, or its user is inactive."""
    return (
        PersonalToken.objects.select_related("user")
        .filter(token_sha256=token_digest(token), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def people_visible_to(
    actor: Actor,
    *,
    text: str = "",
    skill_ids: Iterable[UUID] = (),
    country: str = "",
    language: str = "",
    availability: str = "",
) -> QuerySet[Profile]:
    """
    Public profiles of freelancers. One of the `skill_ids` must match; all other filters must match.

    Skills and languages are filtered by subqueries, because joins would multiply the rows with every search word.
    """
    profiles = profiles_visible_to(actor).filter(organization__works=True, hidden_at=None, is_public=True)
    for word in _search_words(text):
        profiles = profiles.filter(_mentions(word))
    if skills := list(skill_ids):
        profiles = profiles.filter(Exists(ProfileSkill.objects.filter(profile=OuterRef("pk"), skill_id__in=skills)))
    if country:
        profiles = profiles.filter(organization__country=country)
    if language:
        profiles = profiles.filter(Exists(ProfileLanguage.objects.filter(profile=OuterRef("pk"), language=language)))
    if availability:
        profiles = profiles.filter(availability=availability)
    return profiles.prefetch_related("skills", "languages")


def _search_words(text: str) -> list[str]:
    return list(dict.fromkeys(text[:SEARCH_CHARACTERS_MAX].split()))[:SEARCH_WORDS_MAX]


def _mentions(word: str) -> Q:
    folded = tokens.fold(word)
    is_short = len(folded) == 1 and folded < "\u0e00"
    # A single letter is part of nearly every text, but it can be the whole name of a skill (C, R).
    labelled = Q(skill__labels__norm=folded) if is_short else Q(skill__labels__norm__contains=folded)
    by_skill = Q(pk__in=ProfileSkill.objects.filter(labelled).values("profile_id"))
    if is_short:
        return by_skill
    return (
        by_skill | Q(headline__icontains=word) | Q(bio__icontains=word) | Q(organization__display_name__icontains=word)
    )


def capped_count(profiles: QuerySet[Profile]) -> int:
    """The number of profiles, counted up to `PEOPLE_COUNT_MAX` + 1."""
    return profiles.order_by()[: PEOPLE_COUNT_MAX + 1].count()


def countries_of_people() -> list[tuple[str, int]]:
    """(country, number of freelancers), largest number first."""
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .values_list("organization__country")
        .annotate(count=Count("id"))
        .order_by("-count", "organization__country")
    )
    return [(country, count) for country, count in rows]


def languages_of_people() -> list[tuple[str, int]]:
    """(language, number of freelancers), largest number first."""
    rows = (
        Profile.objects.filter(organization__works=True, hidden_at=None, is_public=True, organization__is_active=True)
        .exclude(languages=None)
        .values_list("languages__language")
        .annotate(count=Count("id"))
        .order_by("-count", "languages__language")
    )
    return [(language, count) for language, count in rows]


def completeness(profile: Profile) -> tuple[int, list[str]]:
    """The completed percentage of the profile, and the names of the missing parts, most useful first."""
    parts = {
        "headline": bool(profile.headline),
        "skills": profile.skills.exists(),
        "bio": len(profile.bio) >= 80,
        "languages": profile.languages.exists(),
        "rate": profile.rate is not None,
        "portfolio": profile.portfolio.exists(),
    }
    return rules.completeness(parts), [name for name, filled in parts.items() if not filled]


def pending_invitations(organization_id: UUID, now: datetime) -> QuerySet[MembershipInvitation]:
    return MembershipInvitation.objects.filter(
        organization_id=organization_id, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).order_by("created_at")


def invitation_by_token(token: str, now: datetime) -> MembershipInvitation | None:
    return (
        MembershipInvitation.objects.select_related("organization", "invited_by")
        .filter(token_sha256=token_digest(token), accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )


def portfolio_items_visible_to(actor: Actor) -> QuerySet[PortfolioItem]:
    return PortfolioItem.objects.filter(profile__in=profiles_visible_to(actor)).select_related("image")


def live_tokens_of(user: User, now: datetime) -> QuerySet[PersonalToken]:
    return PersonalToken.objects.filter(user=user, revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


def tokens_of(user: User) -> QuerySet[PersonalToken]:
    return (
        PersonalToken.objects.filter(user=user, revoked_at=None).select_related("organization").order_by("-created_at")
    )


# -- one person on both sides

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
    people = [_people_since(organization_id, since) for organization_id in (one_id, other_id)]
    if people[0] & people[1]:
        return True
    keys = [_passkeys(users) for users in people]
    return bool(keys[0] & keys[1]) or any(relation(one_id, other_id) for relation in RELATIONS)


def _people_since(organization_id: UUID, since: datetime) -> set[UUID]:
    now = Membership.objects.filter(organization_id=organization_id).values_list("user_id", flat=True)
    left = PastMembership.objects.filter(organization_id=organization_id, left_at__gte=since - RELATED_FOR)
    return set(now) | set(left.values_list("user_id", flat=True))


def _passkeys(user_ids: set[UUID]) -> set[str]:
    keys = Authenticator.objects.filter(user_id__in=user_ids, type=Authenticator.Type.WEBAUTHN)
    result = (data.get("credential", {}).get("id") for data in keys.values_list("data", flat=True))
    return {str(key) for key in result if key}


def shares_a_person(first: str, second: str) -> Exists:
    """
    For lists: a person is currently a member of both organizations, which are named by columns of the outer query.
    """
    both = Membership.objects.filter(
        organization_id=OuterRef(first), user__memberships__organization_id=OuterRef(second)
    )
    return Exists(both)
