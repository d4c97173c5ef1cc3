import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_learned_rankers")]

    operations = [
        migrations.CreateModel(
            name="ShelfDatabase",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="matching_shelfdatabase_one")
                ],
            },
        ),
    ]
