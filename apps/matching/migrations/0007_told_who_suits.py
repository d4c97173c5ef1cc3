from django.db import migrations, models

KINDS = ["recommended", "home", "own_order", "mail", "task", "people"]


def kind_known(kinds):
    return models.CheckConstraint(
        condition=models.Q(("list_kind__in", kinds)), name="matching_matchimpression_kind_known"
    )


class Migration(migrations.Migration):
    dependencies = [("matching", "0006_shelf_database")]

    operations = [
        migrations.AlterField(
            model_name="matchimpression",
            name="list_kind",
            field=models.CharField(
                choices=[
                    ("recommended", "Recommended for you"),
                    ("home", "Home page of a freelancer"),
                    ("own_order", "In the reader's own order"),
                    ("mail", "Told of a new task"),
                    ("task", "Page of a task"),
                    ("people", "Recommended freelancers"),
                    ("people_mail", "Told who suits a task"),
                ],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint(model_name="matchimpression", name="matching_matchimpression_kind_known"),
        migrations.AddConstraint(model_name="matchimpression", constraint=kind_known([*KINDS, "people_mail"])),
    ]
