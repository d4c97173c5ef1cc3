"""
Which rows belong to a person: those that name them, or an organization that they own.

Every table that refers to people or organizations is either exported or named here with the reason why not
(tests/privacy/test_personal_data.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from apps.accounts.models import Membership, Organization, User
from apps.accounts.states import Role
from apps.matching.models import ListSide

ROWS_MAX = 20_000
"""Of each table, the newest rows."""

LEFT_OUT = {
    "admin.LogEntry": "work of staff",
    "accounts.StaffAssignment": "work of staff",
    "legal.LegalVersion": "work of staff",
    "gateways.PaymentPause": "work of staff",
    "gateways.UnbookedObject": "work of staff",
    "payouts.TransferReversal": "work of staff",
    "banking.BankFile": "work of staff",
    "treasury.SuspenseItem": "work of staff",
    "treasury.TreasuryOperation": "work of staff",
    "treasury.InternalTransfer": "work of staff",
    "treasury.TopUp": "work of staff",
    "escrow.Goodwill": "work of staff",
    "escrow.Recovery": "work of staff",
    "moderation.AuditEntry": "work of staff",
    "moderation.Objection": "contained in the decisions about you",
    "matching.RankingWeights": "work of staff",
    "matching.Experiment": "work of staff",
    "matching.RankerChoice": "work of staff",
    "matching.MatchResult": "has its own download, with everything that recomputes a score",
    "matching.CandidateChange": "technical",
    "choosing.ScoreSheet": "confidential papers of the employer; its members read them there",
    "choosing.BidNote": "confidential papers of the employer; its members read them there",
    "choosing.Agreement": "confidential papers of the employer; its members read them there",
    "assurance.Leaf": "derived from the balances; each person can check their own on the page of the proof",
    "invoicing.Series": "technical",
    "notifications.EmailDelivery": "the same texts as the notifications",
    "privacy.DataExport": "technical",
}
"""Tables that are not exported, and why."""
ONLY = {
    "moderation.Report": ("reporter",),
    "reviews.Review": ("author", "author_user"),
    # Who wrote about a sealed task, who blocked somebody and who saved a profile is not theirs to know.
    "messaging.Conversation": ("opener",),
    "messaging.Block": ("organization", "blocked_by"),
    "saved.SavedPerson": ("user",),
    "matching.MatchImpression": ("reader",),
}
"""Tables of which only the rows that these columns name belong to the person: the others are not theirs to see."""
UNSEEN = {"matching.MatchRefusal": Q(side=ListSide.PEOPLE), "tasks.TaskInvitation": Q(sent_at=None)}
"""Rows that name an organization which does not see them: what an employer said of it, and invitations not yet sent."""
INDIRECT = {
    "files.StoredFile": ("uploaded_by_id", ()),
    "accounts.ProfileSkill": ("", ("profile__organization",)),
    "accounts.ProfileLanguage": ("", ("profile__organization",)),
    "accounts.PortfolioItem": ("", ("profile__organization",)),
    "bidding.ProposedMilestone": ("", ("bid__bidder",)),
    "bidding.CriterionAnswer": ("", ("bid__bidder",)),
    "frameworks.FrameworkVersion": ("", ("framework__employer", "framework__freelancer")),
    "contracts.Milestone": ("", ("contract__employer", "contract__freelancer")),
}
"""Tables that name a person or an organization in another way: the lookup of the person, and those of organizations."""
OMITTED = {"password", "token_sha256", "search_vector", "data", "session_key", "storage_key", "endpoint", "auth_secret"}
"""Columns that are secrets, or derived from others."""


def exported_models() -> dict[type[Model], tuple[list[str], list[str]]]:
    """Return each exported model with its columns that name people, and those that name organizations."""
    result = {}
    for model in apps.get_models():
        label = model._meta.label
        if label in LEFT_OUT or model is User:
            continue
        people, organizations = columns_of(model)
        if label in ONLY:
            people = [name for name in people if name in ONLY[label]]
            organizations = [name for name in organizations if name in ONLY[label]]
        if people or organizations:
            result[model] = (people, organizations)
    return result


def columns_of(model: type[Model]) -> tuple[list[str], list[str]]:
    """Return the foreign keys to people and to organizations."""
    keys = [field for field in model._meta.concrete_fields if field.is_relation]
    people = [field.name for field in keys if field.related_model is User]
    return people, [field.name for field in keys if field.related_model is Organization]


def own_organizations(user_id: UUID) -> list[UUID]:
    """The organizations that this person owns."""
    owned = Membership.objects.filter(user_id=user_id, role=Role.OWNER)
    return list(owned.values_list("organization_id", flat=True))


def tables(user: User) -> Iterator[tuple[str, QuerySet[Any, dict[str, Any]]]]:
    """Yield a name and the rows of each table that has some of this person's data."""
    own = own_organizations(user.pk)
    yield "accounts.User", _values(User, Q(pk=user.pk))
    yield "accounts.Organization", _values(Organization, Q(id__in=own))
    for label, (person, lookups) in INDIRECT.items():
        belongs = Q(**{person: user.pk}) if person else Q(pk__in=[])
        for lookup in lookups:
            belongs |= Q(**{f"{lookup}__in": own})
        yield label, _values(apps.get_model(label), belongs)
    for model, (people, organizations) in sorted(exported_models().items(), key=lambda item: item[0]._meta.label):
        belongs = Q(pk__in=[])
        for name in people:
            belongs |= Q(**{name: user.pk})
        for name in organizations:
            belongs |= Q(**{f"{name}__in": own}) & ~UNSEEN.get(model._meta.label, Q(pk__in=[]))
        yield model._meta.label, _values(model, belongs)


def _values(model: type[Model], belongs: Q) -> QuerySet[Any, dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.name not in OMITTED]
    rows: QuerySet[Any] = model._default_manager.filter(belongs)
    return rows.order_by("-pk").values(*names)[:ROWS_MAX]
