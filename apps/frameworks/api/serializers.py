from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.rules import Side
from apps.common.api.serializers import StrictIntegerField, StrictSerializer
from apps.common.forms import CONTENT_LANGUAGES
from apps.frameworks import terms
from apps.frameworks.models import Framework, FrameworkVersion
from apps.frameworks.queries import frameworks
from apps.frameworks.states import Unit


class FrameworkRateSerializer(StrictSerializer):
    description = serializers.CharField(max_length=terms.DESCRIPTION_MAX)
    unit = serializers.ChoiceField(choices=Unit.values)
    price_minor = StrictIntegerField(min_value=1, max_value=terms.AMOUNT_MAX, help_text="In `currency`.")


class FrameworkTermsSerializer(StrictSerializer):
    """The terms as you want them."""

    title = serializers.CharField(max_length=terms.TITLE_MAX)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")
    starts_on = serializers.DateField(help_text="The first day on which offers are possible, in UTC.")
    ends_on = serializers.DateField(help_text="The last day, at most three years after the first.")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217 code, for example EUR.")
    rates = serializers.ListField(child=FrameworkRateSerializer(), min_length=1, max_length=terms.RATES_MAX)
    revisions_included = StrictIntegerField(min_value=0, max_value=terms.REVISIONS_MAX, default=2)
    review_days = StrictIntegerField(
        min_value=terms.REVIEW_DAYS_MIN, max_value=terms.REVIEW_DAYS_MAX, default=10,
        help_text="Business days of the employer to answer a delivery.",
    )  # fmt: skip
    notice_days = StrictIntegerField(
        min_value=0, max_value=terms.NOTICE_DAYS_MAX, default=14, help_text="Days between a notice and the end."
    )
    ceiling_minor = StrictIntegerField(
        min_value=1, max_value=terms.AMOUNT_MAX, required=False, allow_null=True, default=None,
        help_text="The most that all offers under the terms may add up to.",
    )  # fmt: skip
    confidentiality = serializers.CharField(max_length=terms.CLAUSE_MAX, required=False, allow_blank=True, default="")
    rights = serializers.CharField(max_length=terms.CLAUSE_MAX, required=False, allow_blank=True, default="")
    other = serializers.CharField(max_length=terms.CLAUSE_MAX, required=False, allow_blank=True, default="")


class ProposeFrameworkSerializer(FrameworkTermsSerializer):
    other_side = serializers.SlugField(max_length=80, help_text="The handle in the address of their profile.")
    side = serializers.ChoiceField(choices=[Side.EMPLOYER.value, Side.FREELANCER.value], help_text="Your own side.")


class CounterFrameworkSerializer(FrameworkTermsSerializer):
    version = StrictIntegerField(min_value=1, max_value=30_000, help_text="The version that you answer.")


class AcceptFrameworkSerializer(StrictSerializer):
    version = StrictIntegerField(min_value=1, max_value=30_000, help_text="The version that you accept.")


class DeclineFrameworkSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class EndFrameworkSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


def draft_of(data: dict[str, Any]) -> terms.Draft:
    values = {name: value for name, value in data.items() if name not in ("other_side", "side", "version")}
    rates = tuple(terms.Rate(**rate) for rate in values.pop("rates"))
    return terms.Draft(rates=rates, revisions=values.pop("revisions_included"), **values)


class FrameworkAcceptanceSerializer(serializers.Serializer[Any]):
    is_employer = serializers.BooleanField()
    accepted_at = serializers.DateTimeField()


class FrameworkVersionSerializer(serializers.ModelSerializer[FrameworkVersion]):
    acceptances = FrameworkAcceptanceSerializer(many=True, read_only=True)

    class Meta:
        model = FrameworkVersion
        fields = ("number", "is_by_employer", "terms", "sha256", "proposed_at", "acceptances")
        read_only_fields = fields


class FrameworkRowSerializer(serializers.ModelSerializer[Framework]):
    """`proposed_by_id` proposed the newest version; the other side answers it before `respond_by`."""

    class Meta:
        model = Framework
        fields = (
            "id", "employer_id", "freelancer_id", "status", "title", "currency", "starts_on", "ends_on",
            "ceiling_minor", "notice_days", "version_number", "proposed_by_id", "proposed_at", "respond_by",
            "accepted_at", "answer", "notice_at", "notice_ends_on", "notice_reason", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class FrameworkSerializer(serializers.ModelSerializer[Framework]):
    """With the versions."""

    versions = serializers.SerializerMethodField(
        help_text="Newest first. Each hash is the SHA-256 of its terms in canonical JSON."
    )

    class Meta:
        model = Framework
        fields = (*FrameworkRowSerializer.Meta.fields, "versions")
        read_only_fields = fields

    @extend_schema_field(FrameworkVersionSerializer(many=True))
    def get_versions(self, framework: Framework) -> list[dict[str, Any]]:
        return list(FrameworkVersionSerializer(frameworks.versions(framework.id), many=True).data)
