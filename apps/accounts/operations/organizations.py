"""Create and change organizations."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.accounts import events, policies
from apps.accounts.models import (
    UNNAMED_HANDLE,
    Membership,
    Organization,
    Profile,
    User,
)
from apps.accounts.operations import profiles
from apps.accounts.operations.access_log import record_access
from apps.accounts.queries import organizations
from apps.accounts.rules import Act
from apps.accounts.states import OrganizationKind, Role
from apps.common import currencies, fmt, limits, tokens
from apps.common.actors import Actor
from apps.common.errors import Invalid
from apps.common.text import is_visible
from apps.outbox import bus


class CountryUnknown(Invalid):
    code = "country_unknown"
    field = "country"
    message = _("Choose a country from the list.")


class CurrencyUnknown(Invalid):
    code = "currency_unknown"
    field = "currency"
    message = _("Choose a currency from the list.")


class NameInvisible(Invalid):
    code = "name_invisible"
    field = "display_name"
    message = _("Write a name of which something can be seen.")


@transaction.atomic
def create_organization(
    *,
    owner: User,
    kind: str,
    display_name: str,
    country: str,
    currency: str,
    time_zone: str,
    now: datetime,
    legal_name: str = "",
    hires: bool = False,
    works: bool = False,
) -> Organization:
    """
    Create an organization, with its owner and an empty profile.

    :raises NameInvisible: if the name has no visible character.
    :raises CountryUnknown, CurrencyUnknown: if a code is not supported.
    """
    check_name(display_name)
    limits.spend("create_organization", owner.pk, now=now)
    if country not in dict(fmt.countries()):
        raise CountryUnknown
    if currency not in currencies.exponents():
        raise CurrencyUnknown
    organization = Organization.objects.create(
        kind=kind,
        display_name=display_name,
        legal_name=legal_name,
        handle=_free_handle(display_name),
        country=country,
        currency=currency,
        time_zone=time_zone,
        hires=hires,
        works=works,
    )
    Membership.objects.create(user=owner, organization=organization, role=Role.OWNER)
    profiles.index(Profile.objects.create(organization=organization, source_language=owner.language))
    if owner.last_organization_id is None:
        owner.last_organization = organization
        owner.save(update_fields=["last_organization"])
    bus.publish(events.ProfileChanged(organization_id=organization.id), now=now)
    return organization


def check_name(name: str) -> None:
    if name and not is_visible(name):
        raise NameInvisible


def _free_handle(display_name: str) -> str:
    base = slugify(tokens.to_latin(display_name))[:40].strip("-") or UNNAMED_HANDLE
    handle = base
    while Organization.objects.filter(handle=handle).exists():
        handle = f"{base}-{secrets.token_hex(3)}"
    return handle


@transaction.atomic
def update_organization(*, organization_id: UUID, actor: Actor, now: datetime, changes: dict[str, Any]) -> Organization:
    """Change an organization's name, country, time zone, currency or activities."""
    organization = Organization.objects.select_for_update().get(id=organization_id)
    policies.check_may(actor, Act.CHANGE_ORGANIZATION, organization.id)
    country = changes.get("country", organization.country)
    if country != organization.country:
        policies.check_may(actor, Act.CHANGE_COUNTRY, organization.id)
        limits.spend("change_money_settings", actor.user_id, now=now)
    check_name(changes.get("display_name", organization.display_name))
    if changes.get("country", organization.country) not in dict(fmt.countries()):
        raise CountryUnknown
    if changes.get("currency", organization.currency) not in currencies.exponents():
        raise CurrencyUnknown
    if country != organization.country:
        before = organization.country
        changes = changes | {"country_review_since": now}
        details = {"before": before, "after": country}
        record_access(
            "accounts.country_changed", actor=actor, organization_id=organization.id, details=details, now=now
        )
        bus.publish(events.CountryChanged(organization.id, before, country, actor.user_id), now=now)
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    for profile in Profile.objects.filter(organization=organization):
        profiles.index(profile)
    bus.publish(events.ProfileChanged(organization_id=organization.id), now=now)
    return organization


@transaction.atomic
def clear_country(*, organization_id: UUID, actor: Actor, now: datetime) -> Organization:
    """
    Staff have reviewed a changed country: money may be paid out again.

    :raises policies.StaffOnly: unless the actor is permitted staff.
    :raises policies.OwnOrganization: if the actor is a member of it.
    """
    policies.check_can_clear_country(actor, organization_id)
    organization = Organization.objects.select_for_update().get(id=organization_id)
    if organization.country_review_since is None:
        return organization
    organization.country_review_since = None
    organization.save(update_fields=["country_review_since"])
    details = {"country": organization.country}
    record_access("accounts.country_checked", actor=actor, organization_id=organization.id, details=details, now=now)
    return organization


@transaction.atomic
def switch_organization(*, user: User, organization_id: UUID) -> Organization:
    """
    Act for another organization of the user from now on.

    :raises policies.NotYours: if the user does not belong to it.
    """
    organization = organizations.organizations_of(user).filter(id=organization_id).first()
    if organization is None:
        raise policies.NotYours
    user.last_organization = organization
    user.save(update_fields=["last_organization"])
    return organization


def rename_organization(user: User, new_name: str, organization_name: str, actor: Actor, now: datetime) -> None:
    own = Organization.objects.get(id=actor.side_id)
    changes: dict[str, Any] = {}
    if organization_name and organization_name != own.display_name:
        changes["display_name"] = organization_name
        if own.kind == OrganizationKind.INDIVIDUAL:
            changes["kind"] = OrganizationKind.COMPANY
    elif not organization_name and own.kind == OrganizationKind.INDIVIDUAL and own.display_name != new_name:
        changes["display_name"] = new_name
    if changes:
        update_organization(organization_id=own.id, actor=actor, now=now, changes=changes)


@transaction.atomic
def set_hiring_facts(*, organization_id: UUID, facts: list[str]) -> bool:
    """Store what is known of an organization's record as an employer. Returns whether something changed."""
    others = Organization.objects.filter(id=organization_id).exclude(hiring_facts=facts)
    return others.update(hiring_facts=facts) > 0
