from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0014_cancelled_charges"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankfile",
            name="payment_id",
            field=models.CharField(blank=True, db_index=True, default="", max_length=35),
        ),
        migrations.AddField(
            model_name="bankorder",
            name="failure_code",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="return_code",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="file",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="lines",
                to="payments.bankfile",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="fingerprint",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE payments_bankstatementline SET fingerprint = encode(sha256(line_ref::bytea), 'hex')",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="bankstatementline",
            name="line_ref",
            field=models.CharField(max_length=120),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("order", None), ("file", None), _connector="OR"),
                name="payments_bankline_order_or_file",
            ),
        ),
        migrations.AlterField(
            model_name="bankstatementline",
            name="fingerprint",
            field=models.CharField(max_length=64, unique=True),
        ),
    ]
