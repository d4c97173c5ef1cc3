from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts import pictures
from apps.accounts.forms import zones
from apps.accounts.models import Membership, Organization, PortfolioItem, Profile, User
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.queries.people import NEWEST, RELEVANCE, PeopleFilter
from apps.accounts.states import Availability, LanguageLevel, OrganizationKind, Region, Role, SkillLevel
from apps.common import currencies
from apps.common.api.serializers import AMOUNT_MAX, MoneySerializer
from apps.common.forms import validate_visible
from apps.common.working_hours import WorkingHours
from apps.skills import queries as skill_queries


class PictureAddressesSerializer(serializers.Serializer[Any]):
    small = serializers.CharField(help_text="48 × 48 pixels, WebP.")
    medium = serializers.CharField(help_text="96 × 96 pixels, WebP.")
    large = serializers.CharField(help_text="256 × 256 pixels, WebP.")


class PictureSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JPEG, PNG, WebP or GIF, at least 96 × 96 pixels; it is drawn again.")
    zoom = serializers.FloatField(
        min_value=1, max_value=4, default=1, help_text="The shorter side divided by that of the square that is used."
    )
    across = serializers.FloatField(
        min_value=0, max_value=1, default=0.5, help_text="Where the square is, from left (0) to right (1)."
    )
    down = serializers.FloatField(
        min_value=0, max_value=1, default=0.5, help_text="Where the square is, from top (0) to bottom (1)."
    )


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    picture = serializers.SerializerMethodField(help_text="Paths of the photo or logo; null without one.")

    @extend_schema_field(PictureAddressesSerializer(allow_null=True))
    def get_picture(self, organization: Organization) -> dict[str, str] | None:
        if not organization.picture:
            return None
        return {size: pictures.address(organization.picture, size) for size in pictures.SQUARES}

    class Meta:
        model = Organization
        fields = (
            "id",
            "handle",
            "kind",
            "display_name",
            "country",
            "time_zone",
            "currency",
            "hires",
            "works",
            "picture",
            "created_at",
        )
        read_only_fields = ("id", "handle", "created_at")
        extra_kwargs: ClassVar = {"display_name": {"validators": [MaxLengthValidator(80), validate_visible]}}


class NewOrganizationSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=OrganizationKind.choices)
    display_name = serializers.CharField(max_length=80, validators=[validate_visible])
    legal_name = serializers.CharField(max_length=160, required=False, default="", allow_blank=True)
    country = serializers.CharField(min_length=2, max_length=2, help_text="ISO 3166-1 alpha-2.")
    currency = serializers.CharField(min_length=3, max_length=3, help_text="ISO 4217.")
    time_zone = serializers.CharField(max_length=60, help_text="IANA name.")
    hires = serializers.BooleanField(default=False)
    works = serializers.BooleanField(default=False)

    def validate_time_zone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError("Unknown IANA time zone.")
        return value


class MeSerializer(serializers.ModelSerializer[User]):
    organization = serializers.SerializerMethodField()
    organizations = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id", "email", "display_name", "legal_name", "language", "time_zone", "display_currency", "organization",
            "organizations",
        )  # fmt: skip

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_organization(self, user: User) -> Any:
        return self.context["actor"].organization_id

    @extend_schema_field(OrganizationSerializer(many=True))
    def get_organizations(self, user: User) -> Any:
        mine = organization_queries.organizations_of(user)
        acting = self.context["actor"]
        shown = mine if acting.key_scopes is None else mine.filter(id=acting.side_id)
        return OrganizationSerializer(shown, many=True).data


class SettingsSerializer(serializers.Serializer[Any]):
    display_name = serializers.CharField(max_length=80, required=False, validators=[validate_visible])
    legal_name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=[], required=False)
    time_zone = serializers.ChoiceField(choices=[], required=False)
    display_currency = serializers.ChoiceField(choices=[], required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, choices in (
            ("language", [code for code, _name in settings.LANGUAGES]),
            ("time_zone", [zone for zone, _name in zones()]),
            ("display_currency", sorted(currencies.exponents())),
        ):
            fields[name] = serializers.ChoiceField(choices=choices, required=False)
        return fields


class ProfileSkillSerializer(serializers.Serializer[Any]):
    skill_id = serializers.UUIDField()
    level = serializers.ChoiceField(choices=SkillLevel.choices)
    label = serializers.SerializerMethodField(help_text="In the language of the request.")  # type: ignore[assignment]

    def get_label(self, row: Any) -> str:
        labels: dict[Any, str] = self.context.get("labels", {})
        return labels.get(row.skill_id, "")


class ProfileLanguageSerializer(serializers.Serializer[Any]):
    language = serializers.CharField(max_length=10)
    level = serializers.ChoiceField(choices=LanguageLevel.choices)


class PortfolioItemSerializer(serializers.ModelSerializer[PortfolioItem]):
    class Meta:
        model = PortfolioItem
        fields = ("id", "title", "description", "link", "image_alt")


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    organization = OrganizationSerializer()
    rate = MoneySerializer(allow_null=True)
    skills = ProfileSkillSerializer(many=True)
    languages = ProfileLanguageSerializer(many=True)
    portfolio = PortfolioItemSerializer(many=True)

    class Meta:
        model = Profile
        fields = (
            "id", "organization", "headline", "bio", "source_language", "rate", "availability", "works_from_hour",
            "works_to_hour", "is_public", "skills", "languages", "portfolio", "updated_at",
        )  # fmt: skip


def profiles_context(profiles: list[Profile]) -> dict[str, Any]:
    """The labels of all skills on a page of profiles, in one query."""
    shown = {skill.skill_id for profile in profiles for skill in profile.skills.all()}
    return {"labels": skill_queries.labels(shown, translation.get_language() or "en")}


class SkillLevelSerializer(serializers.Serializer[Any]):
    skill_id = serializers.UUIDField()
    level = serializers.ChoiceField(choices=SkillLevel.choices, default=SkillLevel.WORKING)


class ProfileChangeSerializer(serializers.Serializer[Any]):
    headline = serializers.CharField(max_length=120, required=False, allow_blank=True)
    bio = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    source_language = serializers.CharField(max_length=10, required=False)
    rate = MoneySerializer(required=False, allow_null=True)
    availability = serializers.ChoiceField(choices=Availability.choices, required=False)
    works_from_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    works_to_hour = serializers.IntegerField(min_value=1, max_value=24, required=False)
    is_public = serializers.BooleanField(required=False)
    skills = SkillLevelSerializer(many=True, required=False)
    languages = ProfileLanguageSerializer(many=True, required=False)

    def validate_rate(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and not (
            0 < value["amount_minor"] < 10**12 and value["currency"] in currencies.exponents()
        ):
            raise serializers.ValidationError("A positive amount in a known currency.")
        return value

    def validate_skills(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = {row["skill_id"] for row in value}
        if len(ids) != len(value) or skill_queries.active_skills(ids).count() != len(ids):
            raise serializers.ValidationError("Each skill once, from /skills/.")
        return value


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    user_id = serializers.UUIDField()
    display_name = serializers.CharField(source="user.display_name")

    class Meta:
        model = Membership
        fields = ("id", "user_id", "display_name", "role", "created_at")


class MemberInvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    expires_at = serializers.DateTimeField(read_only=True)


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class PeopleQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100, required=False, default="")
    skill = serializers.ListField(
        child=serializers.UUIDField(), max_length=5, required=False, default=list, help_text="All must be there."
    )
    country = serializers.CharField(max_length=2, required=False, default="")
    language = serializers.CharField(max_length=10, required=False, default="")
    availability = serializers.ChoiceField(choices=Availability.choices, required=False, default="", allow_blank=True)
    region = serializers.ChoiceField(choices=Region.choices, required=False, default="", allow_blank=True)
    overlap_hours = serializers.IntegerField(
        min_value=0,
        max_value=9,
        required=False,
        default=0,
        help_text="At least so many hours a day in common with 9 to 18 in `time_zone`.",
    )
    time_zone = serializers.CharField(max_length=60, required=False, default="UTC", help_text="An IANA time zone.")
    rate_currency = serializers.CharField(
        max_length=3, required=False, default="", help_text="Only people with a rate in this currency."
    )
    rating_min_tenths = serializers.IntegerField(
        min_value=10, max_value=50, required=False, help_text="The lowest mean of the stars, times ten."
    )
    is_checked = serializers.BooleanField(
        required=False, default=False, help_text="Only those whose payout account the payment provider has checked."
    )
    sort = serializers.ChoiceField(
        choices=[RELEVANCE, NEWEST],
        required=False,
        default=NEWEST,
        help_text="By relevance only with words in `q`.",
    )
    rate_from_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MAX, required=False, help_text="An hour.")
    rate_to_minor = serializers.IntegerField(min_value=0, max_value=AMOUNT_MAX, required=False, help_text="An hour.")

    def validate_time_zone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError("Unknown IANA time zone.")
        return value

    def filters(self) -> PeopleFilter:
        """Return the filters. Only for valid data."""
        fields = dict(self.validated_data)
        for name in ("rating_min_tenths", "is_checked"):
            fields.pop(name, None)
        currency, low, high = (fields.pop(name, None) for name in ("rate_currency", "rate_from_minor", "rate_to_minor"))
        return PeopleFilter(
            text=fields.pop("q"),
            skill_ids=tuple(fields.pop("skill")),
            hours=WorkingHours(fields.pop("time_zone")),
            rates_minor=((currency, low, high),) if currency else None,
            **fields,
        )
