from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.states import (
    Availability,
    HiringFact,
    KeyScope,
    LanguageLevel,
    OrganizationKind,
    Role,
    SkillLevel,
    StaffRole,
)
from apps.common.ids import uuid7
from apps.common.models import BaseModel, amount_field, currency_field, money_or_none
from apps.common.money import Money
from apps.common.text import canonical_email
from apps.files.models import StoredFile
from apps.skills.models import Skill


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return canonical_email(email or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=canonical_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in by e-mail. Names are single fields, because not every name has a first and a last part."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=80)
    legal_name = models.CharField(_("legal name"), max_length=160, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    display_currency = currency_field(default="EUR", verbose_name=_("show amounts in"))
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    terms_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When a version of the terms that the person has not accepted takes effect. None without one."""
    last_organization = models.ForeignKey(
        "Organization", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case")]

    def __str__(self) -> str:
        return self.display_name or self.email

    def get_full_name(self) -> str:
        return self.display_name

    @property
    def staff_roles(self) -> frozenset[str]:
        """The person's staff roles; a superuser counts as an administrator."""
        if not self.is_staff:
            return frozenset()
        values_list = frozenset(self.staff_assignments.values_list("role", flat=True))
        return values_list | {str(StaffRole.ADMINISTRATOR)} if self.is_superuser else values_list

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django admin: administrators have all permissions, other staff may only view."""
        if not self.is_active or not self.is_staff:
            return False
        return StaffRole.ADMINISTRATOR in self.staff_roles or (
            perm.partition(".")[2].startswith("view_") and bool(self.staff_roles)
        )

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and bool(self.staff_roles)


class StaffAssignment(BaseModel):
    """One staff role of one person, and who granted it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_assignments")
    role = models.CharField(max_length=13, choices=StaffRole)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="accounts_staffassignment_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=StaffRole.values), name="accounts_staffassignment_role_known"
            ),
        ]


UNNAMED_HANDLE = "member"
"""The handle for a name without any letters. Formerly also for every name not in Latin script."""


class Organization(BaseModel):
    """The party that posts, bids, pays and is paid: a person, a team, an agency, a company or an institution."""

    kind = models.CharField(max_length=12, choices=OrganizationKind, default=OrganizationKind.INDIVIDUAL)
    display_name = models.CharField(_("display name"), max_length=80)
    legal_name = models.CharField(_("legal name"), max_length=160, blank=True, default="")
    handle = models.SlugField(max_length=60, unique=True)
    country = models.CharField(_("country"), max_length=2)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    currency = currency_field(default="EUR")
    is_active = models.BooleanField(default=True)
    hires = models.BooleanField(default=False)
    works = models.BooleanField(default=False)
    hiring_facts = ArrayField(models.CharField(max_length=10, choices=HiringFact), default=list, editable=False)
    """What its tasks are filtered by of its record as an employer; counted by `track_records`."""
    country_review_since = models.DateTimeField(null=True, blank=True)
    """Set when its country was changed, until staff have reviewed it: no money is paid out in the meantime."""
    picture = models.CharField(max_length=32, blank=True, default="", editable=False)
    """The digest of the `Picture` that others see, part of its address. Empty without one, or if it was taken down."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganizationKind.values), name="accounts_organization_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="accounts_organization_country_iso"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("accounts:profile", args=[self.handle])


class Picture(BaseModel):
    """An organization's photo or logo: a square, drawn again in three sizes (`pictures.SQUARES`)."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=32, unique=True)
    small = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    medium = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    large = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")


class Membership(BaseModel):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    role_since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="accounts_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_membership_role_known"),
        ]


class PastMembership(BaseModel):
    """A membership that has ended. The check whether two organizations share a person includes it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    left_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "user"], name="accounts_pastmembership_of")]


class AccessEvent(models.Model):
    """
    A change to who may act, where money goes or which law applies: keys, members, staff roles, countries, limits.
    Append-only (a trigger refuses UPDATE and DELETE).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField(max_length=60)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    details = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-happened_at"], name="accounts_accessevent_of")]


class MembershipInvitation(BaseModel):
    """An invitation to join, sent by e-mail; only the token's hash is stored."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


PUBLIC = models.Q(is_public=True, hidden_at=None)
"""The condition of the partial indexes behind the search for people."""


class Profile(BaseModel):
    """An organization's public profile as a freelancer."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="profile")
    headline = models.CharField(_("headline"), max_length=120, blank=True, default="")
    bio = models.TextField(_("about"), max_length=5000, blank=True, default="")
    source_language = models.CharField(_("written in"), max_length=10, default="en")
    rate_amount_minor = amount_field(null=True, blank=True)
    rate_currency = currency_field(blank=True, default="")
    availability = models.CharField(_("availability"), max_length=8, choices=Availability, default=Availability.OPEN)
    works_from_hour = models.PositiveSmallIntegerField(_("reachable from"), default=9)
    works_to_hour = models.PositiveSmallIntegerField(_("reachable until"), default=18)
    is_public = models.BooleanField(_("visible to everybody"), default=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=40, blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)
    search_vector = SearchVectorField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], condition=PUBLIC, name="accounts_profile_newest"),
            models.Index(fields=["rate_currency", "rate_amount_minor"], condition=PUBLIC, name="accounts_profile_rate"),
            GinIndex(fields=["search_vector"], condition=PUBLIC, name="accounts_profile_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(works_from_hour__lte=23, works_to_hour__lte=24), name="accounts_profile_hours"
            ),
            models.CheckConstraint(
                condition=models.Q(rate_amount_minor__isnull=True) | models.Q(rate_amount_minor__gt=0),
                name="accounts_profile_rate_positive",
            ),
        ]

    @property
    def rate(self) -> Money | None:
        """The rate per hour, or None."""
        return money_or_none(self.rate_amount_minor, self.rate_currency)


class ProfileSkill(BaseModel):
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=SkillLevel, default=SkillLevel.WORKING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "skill"], name="accounts_profileskill_once")]


class ProfileLanguage(BaseModel):
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(max_length=10)
    level = models.CharField(max_length=15, choices=LanguageLevel)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "language"], name="accounts_profilelanguage_once")]


class PortfolioItem(BaseModel):
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="portfolio")
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    link = models.URLField(_("link"), blank=True, default="")
    image = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    image_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)


class PersonalToken(BaseModel):
    """An API key of one user for one organization; shown once, stored as a hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=8, choices=KeyScope), default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    @property
    def scope_names(self) -> list[dict[str, Any]]:
        """The key's scopes with labels; `is_more` marks those beyond reading."""
        return [{"label": KeyScope(scope).label, "is_more": scope != KeyScope.READ} for scope in self.scopes]


class CalendarAddress(BaseModel):
    """
    The private address of a member's calendar of deadlines; only the hash of its token is stored. It ends with the
    membership.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="calendar_address")
    token_sha256 = models.CharField(max_length=64, unique=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
