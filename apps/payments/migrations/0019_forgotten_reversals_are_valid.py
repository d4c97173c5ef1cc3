from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0018_forgotten_reversals'),
    ]

    operations = [
        ValidateConstraint(model_name='unbookedobject', name='payments_unbooked_kind_known'),
    ]
