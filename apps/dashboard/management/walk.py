"""Steps of the journey as the demo's people take them: the real operations, and the processor's own page."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import requests
from django.conf import settings

from apps.accounts import operations as accounts
from apps.accounts import queries as people
from apps.accounts.models import Organization, User
from apps.common.actors import Actor
from apps.common.money import Money
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import milestones
from apps.contracts.operations.milestones import Check
from apps.dashboard.management.cast import PASSWORD, Part
from apps.payments.models import Charge
from apps.skills.models import Skill

SECONDS_MAX = 20
CARD = "4242424242424242"


def enter(part: Part, now: datetime) -> Organization:
    """A person with a confirmed address, their organization and what its profile says."""
    user = User.objects.create_user(
        part.email,
        PASSWORD,
        display_name=part.person,
        language=part.language if part.language in dict(settings.LANGUAGES) else "en",
        time_zone=part.time_zone,
        display_currency=part.currency,
    )
    confirm_address(user)
    organization = accounts.create_organization(
        owner=user,
        kind=part.kind,
        display_name=part.organization,
        legal_name=part.organization,
        country=part.country,
        currency=part.currency,
        time_zone=part.time_zone,
        hires=not part.works,
        works=part.works,
        now=now,
    )
    rate = {"rate_amount_minor": part.rate_minor, "rate_currency": part.currency} if part.rate_minor else {}
    accounts.update_profile(
        organization_id=organization.id,
        actor=actor(organization),
        now=now,
        changes={"headline": part.headline, "bio": part.bio, "source_language": part.language, **rate},
        skills=dict.fromkeys(skill_ids(part.skills), 3),
        languages=dict(part.languages) or {part.language: "native"},
    )
    return organization


def confirm_address(user: User) -> None:
    """What following the link in the mail does."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def actor(organization: Organization) -> Actor:
    """The organization's owner, acting for it."""
    membership = organization.memberships.select_related("user").get(role="owner")
    return people.actor_for(membership.user, organization.id, has_fresh_login=True)


def skill_ids(slugs: tuple[str, ...] | list[str]) -> list[UUID]:
    known = dict(Skill.objects.filter(slug__in=slugs).values_list("slug", "id"))
    return [known[slug] for slug in slugs if slug in known]


def fund(milestone: Milestone, now: datetime) -> Charge:
    """Go to the checkout and pay there, as a browser would."""
    back = f"{settings.SITE_URL}/en/milestones/{milestone.id}/paid/"
    payer = actor(milestone.contract.employer)
    charge = milestones.fund_milestone(milestone_id=milestone.id, actor=payer, now=now, return_url=back)
    assert charge is not None  # the demo's people have no credit to pay with
    answer = requests.post(
        charge.checkout_url, data={"card": CARD, "outcome": "pay"}, allow_redirects=False, timeout=SECONDS_MAX
    )
    answer.raise_for_status()
    return charge


def deliver(milestone: Milestone, note: str, language: str, now: datetime) -> None:
    contract = milestone.contract
    milestones.deliver(
        milestone_id=milestone.id,
        note=note,
        source_language=language,
        checks=[Check(one.id, True) for one in contract.criteria.order_by("position")],
        file_ids=[],
        links=[f"https://files.example.org/{milestone.id}/"],
        actor=actor(contract.freelancer),
        now=now,
    )


def first_milestone(contract: Contract) -> Milestone:
    return Milestone.objects.select_related("contract__employer", "contract__freelancer").get(
        contract=contract, position=1
    )


def half(amount: Money) -> Money:
    return amount.allocate([1, 1])[1]


def days(number: float) -> timedelta:
    return timedelta(days=number)
