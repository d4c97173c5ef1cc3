"""Exports and closures of a person, and what stands against closing an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Membership, Organization, User
from apps.accounts.states import Role
from apps.contracts.models import Contract
from apps.escrow.queries import escrows
from apps.payouts.queries import wallet
from apps.privacy.models import AccountClosure, DataExport, DataExportPart
from apps.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What has to be settled before an account can be closed, and where."""

    says: str | Promise
    subject: str
    path: str


def exports_of(user_id: UUID) -> QuerySet[DataExport]:
    """A person's exports, newest first."""
    parts = Prefetch("parts", DataExportPart.objects.select_related("file").order_by("number"))
    rows = DataExport.objects.filter(user_id=user_id).select_related("file").prefetch_related(parts)
    return rows.order_by("-requested_at", "-id")


def exports_to_build(now: datetime) -> QuerySet[DataExport, UUID]:
    waiting = DataExport.objects.filter(ready_at=None, requested_at__lte=now)
    return waiting.order_by("requested_at", "id").values_list("id", flat=True)


def exports_to_delete(now: datetime) -> QuerySet[DataExport, UUID]:
    old = DataExport.objects.filter(expires_at__lte=now)
    return old.order_by("expires_at", "id").values_list("id", flat=True)


def closure_of(user_id: UUID) -> AccountClosure | None:
    """Return the person's open wish to close the account."""
    return AccountClosure.objects.filter(user_id=user_id, status="requested").first()


def closures_due(now: datetime) -> QuerySet[AccountClosure, UUID]:
    due = AccountClosure.objects.filter(status="requested", closes_at__lte=now)
    return due.order_by("closes_at", "id").values_list("id", flat=True)


def alone_owned(user_id: UUID) -> QuerySet[Organization]:
    """The organizations of which this person is the only owner."""
    owners = Count("memberships", filter=Q(memberships__role=Role.OWNER))
    rows = Organization.objects.annotate(owners=owners, people=Count("memberships"))
    owned = Membership.objects.filter(user_id=user_id, role=Role.OWNER).values("organization_id")
    return rows.filter(id__in=owned, owners=1).order_by("id")


def obstacles(user: User) -> list[Obstacle]:
    """Return what stands against closing the account: open work, money, people who would have no owner."""
    result = []
    if user.is_staff:
        result.append(
            Obstacle(_("You belong to the staff. Give up your staff roles first."), "", reverse("dashboard:home"))
        )
    organizations = list(alone_owned(user.pk))
    ids = [organization.id for organization in organizations]
    result += [
        Obstacle(
            _("Make another person an owner, or remove the others."),
            organization.display_name,
            reverse("accounts:organization", args=[organization.id]),
        )
        for organization in organizations
        if organization.people > 1  # type: ignore[attr-defined]
    ]
    either = Q(employer_id__in=ids) | Q(freelancer_id__in=ids)
    for contract in Contract.objects.filter(either, status__in=("offered", "active")).order_by("id")[:20]:
        result.append(Obstacle(_("A contract is open."), contract.title, contract.get_absolute_url()))
    for task in Task.objects.filter(employer_id__in=ids, status__in=("open", "deciding")).order_by("id")[:20]:
        result.append(Obstacle(_("A task takes bids. Close it first."), task.title, task.get_absolute_url()))
    for organization in organizations:
        balances, credits = wallet.balances_and_credits(organization.id)
        if any(balance.available or balance.pending for balance in balances):
            says = _("Money is still here. Withdraw it first.")
            result.append(Obstacle(says, organization.display_name, reverse("payouts:wallet")))
        if any(credits) or escrows.held_both(organization.id):
            says = _("Prepaid or held money is left. Use it, or ask for a refund.")
            result.append(Obstacle(says, organization.display_name, reverse("payouts:wallet")))
    return result
