import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Profile, User
from apps.tasks import queries
from apps.tasks.models import Task


def test_synthetic_rows_are_found_like_real_ones(make, now, capsys):
    call_command("synthesize", tasks=30, freelancers=20)
    loads = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (loads["tasks"], loads["freelancers"]) == (30, 20)
    assert Profile.objects.filter(skills__isnull=False).distinct().count() == 20
    task = Task.objects.order_by("id").first()
    words = task.title.split(":")[0]
    actor = make.actor(make.freelancer())
    search = queries.search(actor, queries.TaskFilter(text=words), task.published_at)
    assert task in search


@pytest.mark.django_db(transaction=True)
def test_rows_that_name_each_other_are_loaded_outside_a_transaction(now, capsys):
    call_command("synthesize", tasks=1, freelancers=2)
    assert User.objects.filter(last_organization__memberships__isnull=False).count() >= 2


def test_production_gets_none(settings, db):
    settings.TRADEWIND_ENV = "production"
    with pytest.raises(CommandError):
        call_command("synthesize", tasks=1, freelancers=1)
