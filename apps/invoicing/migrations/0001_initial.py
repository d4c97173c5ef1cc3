import apps.common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.common.sql_files import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_initial"),
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt"),
                            ("refund_receipt", "Refund receipt"),
                            ("commission", "Commission invoice"),
                            ("fee", "Fee invoice"),
                            ("self_billed", "Self-billed invoice"),
                            ("statement", "Statement of service (not an invoice)"),
                            ("credit_note", "Credit note"),
                            ("goodwill", "Statement of goodwill (not an invoice)"),
                        ],
                        max_length=14,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("label", models.CharField(max_length=60)),
                ("source_key", models.CharField(max_length=80, unique=True)),
                ("reference_id", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("net_minor", models.BigIntegerField()),
                ("tax_minor", models.BigIntegerField(default=0)),
                (
                    "treatment",
                    models.CharField(
                        choices=[
                            ("none", "Not a taxable document"),
                            ("standard", "With tax"),
                            ("reverse_charge", "Reverse charge"),
                            ("outside_scope", "Outside the scope of tax"),
                            ("undetermined", "Tax not determined"),
                        ],
                        max_length=16,
                    ),
                ),
                ("lines", models.JSONField()),
                ("seller", models.JSONField()),
                ("buyer", models.JSONField()),
                ("notes", models.JSONField(default=list)),
                ("purchase_order", models.CharField(blank=True, default="", max_length=80)),
                ("local_currency", models.CharField(blank=True, default="", max_length=3)),
                ("local_tax_minor", models.BigIntegerField(blank=True, null=True)),
                ("local_rate_on", models.DateField(blank=True, null=True)),
                ("supplied_on", models.DateField()),
                ("issued_at", models.DateTimeField()),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="invoicing.document",
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ElectronicCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("xml", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("findings", models.JSONField(default=list)),
                ("rules", models.CharField(max_length=40)),
                ("checked_at", models.DateTimeField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="electronic_copy",
                        to="invoicing.document",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "electronic copies",
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("letters", models.CharField(max_length=3)),
                ("year", models.PositiveSmallIntegerField()),
                ("prefix", models.CharField(max_length=40)),
                ("last_number", models.PositiveIntegerField(default=0)),
                (
                    "issuer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "series",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="series",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="invoicing.series"
            ),
        ),
        migrations.CreateModel(
            name="BillingDetails",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("legal_name", models.CharField(max_length=160)),
                ("street", models.CharField(blank=True, default="", max_length=160)),
                ("postcode", models.CharField(blank=True, default="", max_length=20)),
                ("city", models.CharField(blank=True, default="", max_length=80)),
                ("vat_id", models.CharField(blank=True, default="", max_length=20)),
                ("tax_number", models.CharField(blank=True, default="", max_length=40)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billing_details",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "billing details",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("legal_name", ""), _negated=True), name="invoicing_billingdetails_named"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SelfBillingChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("is_agreed", models.BooleanField()),
                ("text_version", models.CharField(max_length=20)),
                ("text_sha256", models.CharField(max_length=64)),
                ("chosen_at", models.DateTimeField()),
                (
                    "chosen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "-chosen_at"], name="invoicing_choice_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("issuer", "letters", "year"), name="invoicing_series_once", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["recipient", "-issued_at"], name="invoicing_document_received"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["issuer", "-issued_at"], name="invoicing_document_issued"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["reference_id"], name="invoicing_document_reference"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["issued_at", "id"], name="invoicing_document_by_time"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("series", "number"), name="invoicing_document_number_once"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "receipt",
                            "refund_receipt",
                            "commission",
                            "fee",
                            "self_billed",
                            "statement",
                            "credit_note",
                            "goodwill",
                        ],
                    )
                ),
                name="invoicing_document_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="invoicing_document_counts_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("net_minor__gte", 0),
                    ("tax_minor__gte", 0),
                    models.Q(("net_minor__gt", 0), ("tax_minor__gt", 0), _connector="OR"),
                ),
                name="invoicing_document_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_minor", 0), ("treatment", "standard"), _connector="OR"),
                name="invoicing_document_tax_has_a_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects__isnull", False), ("kind", "credit_note")),
                    models.Q(models.Q(("kind", "credit_note"), _negated=True), ("corrects__isnull", True)),
                    _connector="OR",
                ),
                name="invoicing_document_credit_names_invoice",
            ),
        ),
        *sql_files(__file__),
    ]
