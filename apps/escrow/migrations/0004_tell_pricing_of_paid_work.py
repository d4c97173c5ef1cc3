from django.db import migrations

# What was paid before pricing was told of it: one row for each escrow that is over and from which something was paid.
TELL = """
    INSERT INTO pricing_paidwork (id, created_at, work_id, payer_id, payee_id, paid_at)
    SELECT gen_random_uuid(), now(), e.id, e.payer_id, e.payee_id,
           coalesce((SELECT max(r.released_at) FROM escrow_release r WHERE r.escrow_id = e.id), e.opened_at)
    FROM escrow_escrow e
    WHERE e.status = 'released' AND e.released_minor > 0
    ON CONFLICT (work_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("escrow", "0003_bank_claims"),
        ("pricing", "0003_paid_work"),
    ]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
