from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictSerializer
from apps.invoicing.models import Document
from apps.invoicing.states import DocumentKind


class DocumentSerializer(serializers.ModelSerializer[Document]):
    number = serializers.CharField(source="label", read_only=True)
    net = MoneySerializer(read_only=True)
    tax = MoneySerializer(read_only=True)
    total = MoneySerializer(read_only=True)

    class Meta:
        model = Document
        fields = (
            "id", "kind", "number", "issuer_id", "recipient_id", "reference_id", "corrects_id", "net", "tax", "total",
            "treatment", "purchase_order", "supplied_on", "issued_at",
        )  # fmt: skip
        read_only_fields = fields


class PartySerializer(StrictSerializer):
    name = serializers.CharField()
    country = serializers.CharField()
    street = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    vat_id = serializers.CharField(allow_blank=True)
    tax_number = serializers.CharField(allow_blank=True)
    is_business = serializers.BooleanField()


class DocumentLineSerializer(StrictSerializer):
    code = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    net_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    treatment = serializers.CharField()
    rate_bps = serializers.IntegerField()


class DocumentDetailSerializer(DocumentSerializer):
    seller = PartySerializer(read_only=True)
    buyer = PartySerializer(read_only=True)
    lines = DocumentLineSerializer(many=True, read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)
    xml = serializers.SerializerMethodField(help_text="EN 16931 CII; null unless the official rules accept it.")

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "seller", "buyer", "lines", "notes", "xml")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_xml(self, document: Document) -> str | None:
        copy = getattr(document, "electronic_copy", None)
        return copy.xml if copy is not None and copy.is_valid else None


class DocumentFilterSerializer(StrictSerializer):
    year = serializers.IntegerField(required=False, min_value=2000, max_value=9998)
    kind = serializers.ChoiceField(required=False, choices=DocumentKind.choices)


class MonthSerializer(StrictSerializer):
    """The year and number of a month."""

    year = serializers.IntegerField(min_value=2000, max_value=9998)
    month = serializers.IntegerField(min_value=1, max_value=12)


class MonthPartsSerializer(StrictSerializer):
    held = serializers.IntegerField()
    frozen = serializers.IntegerField()
    fee = serializers.IntegerField()
    credit = serializers.IntegerField()
    available = serializers.IntegerField()


class MonthLineSerializer(StrictSerializer):
    entry_id = serializers.UUIDField()
    event = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    happened_at = serializers.CharField()
    parts = MonthPartsSerializer()
    change_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField()


class CurrencyStatementSerializer(StrictSerializer):
    currency = serializers.CharField()
    opening = MonthPartsSerializer()
    closing = MonthPartsSerializer()
    opening_minor = serializers.IntegerField()
    closing_minor = serializers.IntegerField()
    lines = MonthLineSerializer(many=True)


class MonthlyStatementSerializer(StrictSerializer):
    organization_id = serializers.UUIDField()
    month = serializers.CharField()
    currencies = CurrencyStatementSerializer(many=True)
