from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictIntegerField, StrictSerializer
from apps.common.forms import CONTENT_LANGUAGES
from apps.contracts import terms
from apps.contracts.models import ChangeRequest, ContractVersion


class WantedSerializer(StrictSerializer):
    """A milestone as proposed. Without `id` it is a new one."""

    id = serializers.UUIDField(required=False, allow_null=True, default=None)
    title = serializers.CharField(max_length=140)
    amount_minor = StrictIntegerField(min_value=1, max_value=terms.AMOUNT_MAX, help_text="In the contract's currency.")
    days = StrictIntegerField(
        min_value=1, max_value=terms.DAYS_MAX, required=False, default=0,
        help_text="Days of work, of a milestone that is not funded. Required for a new one; default: as it is.",
    )  # fmt: skip
    due_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Of a funded milestone. Default: as it is."
    )


class DraftSerializer(StrictSerializer):
    """
    The terms as you want them: the milestones in their order, the criteria and the included revisions. Milestones that
    the list leaves out are removed, except those that have ended or are in dispute.
    """

    milestones = serializers.ListField(child=WantedSerializer(), max_length=terms.STEPS_MAX)
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=400), max_length=terms.CRITERIA_MAX, min_length=1
    )
    revisions_included = StrictIntegerField(min_value=0, max_value=terms.REVISIONS_MAX)
    reason = serializers.CharField(max_length=2000)
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


def draft_of(data: dict[str, Any]) -> terms.Draft:
    return terms.Draft(
        steps=tuple(terms.Wanted(**step) for step in data["milestones"]),
        criteria=tuple(data["criteria"]),
        revisions=data["revisions_included"],
    )


class ExtensionSerializer(StrictSerializer):
    due_at = serializers.DateTimeField(help_text="The date you ask for, in the future.")
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    source_language = serializers.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


class DeclineChangeSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ChangeSerializer(serializers.ModelSerializer[ChangeRequest]):
    change = serializers.JSONField(
        read_only=True,
        help_text="What differs from the version it is based on. `steps`: one milestone each, `kind` is added, changed "
        "or dropped, `values` has [before, after] by field, `money` is held or planned, `extra_for` names the funded "
        "milestone whose price is raised. `order`, `criteria` and `revisions` are empty or null if they stay.",
    )
    amount_delta = serializers.SerializerMethodField(help_text="By how much the contract's amount grows.")
    version = serializers.SerializerMethodField(help_text="The number of the version, if it was accepted.")

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "contract_id", "status", "proposed_by_id", "proposed_at", "respond_by", "reason", "source_language",
            "change", "amount_delta", "counters_id", "answered_at", "answer", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(MoneySerializer)
    def get_amount_delta(self, change: ChangeRequest) -> dict[str, Any]:
        delta = terms.from_json(change.change).delta_minor
        return {"amount_minor": delta, "currency": change.contract.currency}

    def get_version(self, change: ChangeRequest) -> int | None:
        return change.version.number if change.version else None


class VersionSerializer(serializers.ModelSerializer[ContractVersion]):
    class Meta:
        model = ContractVersion
        fields = ("number", "terms", "sha256", "employer_accepted_at", "freelancer_accepted_at")
        read_only_fields = fields
