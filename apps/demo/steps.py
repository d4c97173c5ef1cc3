"""Steps of demo people, using the real operations and the payment processor's own checkout page."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import requests
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from apps.accounts.models import Membership, Organization, User
from apps.accounts.operations import organizations, profiles
from apps.accounts.queries import actors
from apps.common.actors import Actor
from apps.contracts.models import Bonus, Contract, Milestone
from apps.contracts.operations import bonuses, milestones
from apps.contracts.operations.milestones import Check
from apps.demo.people import PASSWORD, Person
from apps.payments.models import Charge
from apps.skills.models import Skill

TIMEOUT_SECONDS = 20
CARD_NUMBER = "4242424242424242"


def register(person: Person, now: datetime) -> Organization:
    """Create a user with a confirmed address, their organization and its profile."""
    user = User.objects.create(
        email=person.email,
        password=password_hash(),
        display_name=person.name,
        language=person.language if person.language in dict(settings.LANGUAGES) else "en",
        time_zone=person.time_zone,
        display_currency=person.currency,
    )
    confirm_address(user)
    organization = organizations.create_organization(
        owner=user,
        kind=person.kind,
        display_name=person.organization,
        legal_name=person.organization,
        country=person.country,
        currency=person.currency,
        time_zone=person.time_zone,
        hires=not person.works,
        works=person.works,
        now=now,
    )
    # The column has the time of the insertion; a member since today would have reviews from before.
    Organization.objects.filter(id=organization.id).update(created_at=now)
    rate = {"rate_amount_minor": person.rate_minor, "rate_currency": person.currency} if person.rate_minor else {}
    profiles.update_profile(
        organization_id=organization.id,
        actor=owner_of(organization),
        now=now,
        changes={"headline": person.headline, "bio": person.bio, "source_language": person.language, **rate},
        skills=dict.fromkeys(skill_ids(person.skills), 3),
        languages=dict(person.languages) or {person.language: "native"},
    )
    return organization


@cache
def password_hash() -> str:
    """
    Return the hash of the published password, computed once because hashing is slow (a third of a second) by design.
    """
    return make_password(PASSWORD)


def confirm_address(user: User) -> None:
    """Do the same as entering the code from the e-mail."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def owner_of(organization: Organization) -> Actor:
    """Return the organization's owner as an actor after a fresh login; read once, because owners stay in the demo."""
    return _owner(organization.id)


@cache
def _owner(organization_id: UUID) -> Actor:
    membership = Membership.objects.select_related("user").get(organization_id=organization_id, role="owner")
    return actors.actor_for(membership.user, organization_id, has_fresh_login=True)


def skill_ids(slugs: tuple[str, ...] | list[str]) -> list[UUID]:
    ids = dict(Skill.objects.filter(slug__in=slugs).values_list("slug", "id"))
    return [ids[slug] for slug in slugs if slug in ids]


def fund(milestone: Milestone, now: datetime) -> Charge:
    """Open the checkout and pay there, as a browser would."""
    payer = owner_of(milestone.contract.employer)
    charge = milestones.fund_milestone(
        milestone_id=milestone.id,
        actor=payer,
        now=now,
        return_url=f"{settings.SITE_URL}/en/milestones/{milestone.id}/paid/",
    )
    assert charge is not None  # demo people have no credit, so there is always a charge
    return _pay(charge)


def pay_bonus(bonus: Bonus, now: datetime) -> Charge:
    """Open the bonus's checkout and pay there."""
    charge = bonuses.pay_bonus(
        bonus_id=bonus.id,
        actor=owner_of(bonus.contract.employer),
        now=now,
        return_url=f"{settings.SITE_URL}/en/contracts/{bonus.contract_id}/",
    )
    assert charge is not None
    return _pay(charge)


def _pay(charge: Charge) -> Charge:
    response = requests.post(
        charge.checkout_url,
        data={"card": CARD_NUMBER, "outcome": "pay"},
        allow_redirects=False,
        timeout=TIMEOUT_SECONDS,
    )
    response.raise_for_status()
    return charge


def deliver(milestone: Milestone, note: str, language: str, now: datetime) -> None:
    contract = milestone.contract
    milestones.deliver(
        milestone_id=milestone.id,
        note=note,
        source_language=language,
        checks=[Check(criterion.id, True) for criterion in contract.criteria.order_by("position")],
        file_ids=[],
        links=[f"https://files.example.org/{milestone.id}/"],
        actor=owner_of(contract.freelancer),
        now=now,
    )


def first_milestone(contract: Contract) -> Milestone:
    return Milestone.objects.select_related("contract__employer", "contract__freelancer").get(
        contract=contract, position=1
    )


def days(number: float) -> timedelta:
    return timedelta(days=number)
