"""Commands that make people with published passwords refuse every database but the demo's."""

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.demo.guard import refuse_where_others_are
from apps.demo.people import EMPLOYERS

COMMANDS = ["seed_demo", "synthesize", "journey"]


@pytest.mark.parametrize("command", COMMANDS)
def test_production_is_refused_before_anything_is_made(command, settings, db):
    settings.TRADEWIND_ENV = "production"
    with pytest.raises(CommandError, match="production"):
        call_command(command)
    assert not User.objects.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_with_other_people_is_refused(command, make):
    make.user("Somebody Real")
    with pytest.raises(CommandError, match="people whom no demo made"):
        call_command(command)
    assert User.objects.count() == 1


def test_the_demos_own_people_are_no_others(db, monkeypatch):
    User.objects.create_user(EMPLOYERS[0].email, "x")
    User.objects.create_user("employer-12@journey.example", "x")
    User.objects.create_user("synthetic-7-1@example.org", "x")
    refuse_where_others_are()
    User.objects.create_user("visitor@example.org", "x")
    with pytest.raises(CommandError):
        refuse_where_others_are()
    monkeypatch.setenv("DEVSTACK", "dev")  # the embedded servers of the demo itself
    refuse_where_others_are()
