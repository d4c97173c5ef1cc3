"""Documents are written once: a trigger rejects every change, and a correction is a separate document."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel, amount_field, currency_field, money_or_none
from apps.common.money import Money
from apps.invoicing.formats.contents import DocumentContents, Party, line_from_json
from apps.invoicing.states import ELECTRONIC, DocumentKind, Treatment


class BillingDetails(BaseModel):
    """What an organization wants its documents to show. Each document keeps its own copy from the day of issue."""

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="billing_details")
    legal_name = models.CharField(max_length=160)
    street = models.CharField(max_length=160, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    city = models.CharField(max_length=80, blank=True, default="")
    vat_id = models.CharField(max_length=20, blank=True, default="")
    tax_number = models.CharField(max_length=40, blank=True, default="")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "billing details"
        constraints = [
            models.CheckConstraint(condition=~Q(legal_name=""), name="invoicing_billingdetails_named"),
        ]


class SelfBillingChoice(BaseModel):
    """Who agreed to or ended self-billing, when, and which text they read. Append-only; the newest row applies."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    is_agreed = models.BooleanField()
    text_version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-chosen_at"], name="invoicing_choice_newest")]


class Series(BaseModel):
    """
    The last number issued per issuer, kind of series and year.

    The transaction that writes the document locks the row, so a rollback releases the number again. A database sequence
    would leave a gap.
    """

    issuer = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Null: the marketplace."""
    letters = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=40)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "letters", "year"], nulls_distinct=False, name="invoicing_series_once"
            ),
        ]


class Document(BaseModel):
    """One numbered document with copies of both parties, its lines and totals."""

    kind = models.CharField(max_length=14, choices=DocumentKind)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=60)
    source_key = models.CharField(max_length=80, unique=True)
    """The event that the document reports; an event published twice gives one document."""
    issuer = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """In whose name it is issued; null: the marketplace."""
    recipient = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField()
    """The escrow that the document is about."""
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    currency = currency_field()
    net_minor = amount_field()
    tax_minor = amount_field(default=0)
    treatment = models.CharField(max_length=16, choices=Treatment)
    lines = models.JSONField()
    seller = models.JSONField()
    buyer = models.JSONField()
    notes = models.JSONField(default=list)
    purchase_order = models.CharField(max_length=80, blank=True, default="")
    local_currency = currency_field(blank=True, default="")
    local_tax_minor = amount_field(null=True, blank=True)
    local_rate_on = models.DateField(null=True, blank=True)
    supplied_on = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="invoicing_document_number_once"),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="invoicing_document_kind_known"),
            models.CheckConstraint(condition=Q(number__gt=0), name="invoicing_document_counts_from_one"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0) & (Q(net_minor__gt=0) | Q(tax_minor__gt=0)),
                name="invoicing_document_amounts",
            ),
            models.CheckConstraint(
                condition=Q(tax_minor=0) | Q(treatment=Treatment.STANDARD), name="invoicing_document_tax_has_a_rate"
            ),
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.CREDIT_NOTE, corrects__isnull=False)
                | (~Q(kind=DocumentKind.CREDIT_NOTE) & Q(corrects__isnull=True)),
                name="invoicing_document_credit_names_invoice",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-issued_at"], name="invoicing_document_received"),
            models.Index(fields=["issuer", "-issued_at"], name="invoicing_document_issued"),
            models.Index(fields=["reference_id"], name="invoicing_document_reference"),
            models.Index(fields=["issued_at", "id"], name="invoicing_document_by_time"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("invoicing:document", args=[self.id])

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        return self.net + self.tax

    @property
    def can_be_electronic(self) -> bool:
        return self.kind in ELECTRONIC and self.treatment not in (Treatment.NONE, Treatment.UNDETERMINED)

    @property
    def contents(self) -> DocumentContents:
        """Return the document in the form used by the output libraries."""
        return DocumentContents(
            kind=self.kind,
            number=self.label,
            issued_on=self.issued_at.date(),
            supplied_on=self.supplied_on,
            currency=self.currency,
            seller=Party(**self.seller),
            buyer=Party(**self.buyer),
            lines=tuple(line_from_json(row, self.currency) for row in self.lines),
            net=self.net,
            tax=self.tax,
            total=self.total,
            notes=tuple(self.notes),
            purchase_order=self.purchase_order,
            corrects_number=self.corrects.label if self.corrects else "",
            corrects_on=self.corrects.issued_at.date() if self.corrects else None,
            local_tax=money_or_none(self.local_tax_minor, self.local_currency),
            local_rate_on=self.local_rate_on,
        )


class ElectronicCopy(BaseModel):
    """
    A document's EN 16931 form with the findings of the official rules; it can be downloaded only if there are none.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="electronic_copy")
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    rules = models.CharField(max_length=40)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "electronic copies"

    @property
    def is_valid(self) -> bool:
        return not self.findings
