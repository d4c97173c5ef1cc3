from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

KINDS = ['charge', 'transfer', 'payout', 'outbound', 'refund', 'top_up', 'reversal', 'bank_files']


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0017_plainer_labels'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unbookedobject',
            name='kind',
            field=models.CharField(choices=[('charge', 'Payment'), ('transfer', "Transfer to a freelancer's account"), ('payout', 'Payout'), ('outbound', 'Payout abroad'), ('refund', 'Refund'), ('top_up', 'Top-up'), ('reversal', 'Transfer taken back'), ('bank_files', 'Files for the bank')], max_length=12),
        ),
        migrations.RemoveConstraint(
            model_name='unbookedobject',
            name='payments_unbooked_kind_known',
        ),
        AddConstraintNotValid(
            model_name='unbookedobject',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', KINDS)), name='payments_unbooked_kind_known'),
        ),
    ]
