"""The page and the command with which staff pause all payments."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.gateways.models import PaymentPause
from apps.gateways.queries import pauses as pause_queries
from apps.moderation.models import AuditEntry

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_staff_pause_and_resume_on_a_page_and_see_it_on_every_page(make, outbox_drain):
    staff = client_of(make.staff())
    assert "Payments are paused" not in staff.get("/en/money/treasury/").content.decode()
    assert staff.post("/en/money/treasury/pause/", {"reason": "", "verb": "pause"}).status_code == 422

    staff.post("/en/money/treasury/pause/", {"reason": "Odd transfers", "verb": "pause"})

    for path in ("/en/", "/en/money/treasury/", "/en/moderation/"):
        page = staff.get(path, follow=True).content.decode()
        assert "Payments are paused" in page, path
        assert "Odd transfers" in page
    stranger = client_of(make.freelancer().memberships.get().user)
    assert "Odd transfers" not in stranger.get("/en/", follow=True).content.decode()
    assert stranger.post("/en/money/treasury/pause/", {"reason": "x", "verb": "resume"}).status_code in (403, 404)
    staff.post("/en/money/treasury/pause/", {"reason": "They were ours", "verb": "resume"})
    assert not pause_queries.is_paused()
    outbox_drain(timezone.now())
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"payments.pause", "payments.resume"}


def test_the_command_pauses_says_so_and_resumes(capsys):
    call_command("payments", "pause", "--reason", "Night of the drill")
    assert "Night of the drill" in capsys.readouterr().out
    assert "manage.py by" in PaymentPause.objects.get().origin
    call_command("payments", "resume", "--reason", "Done")
    assert "Payments are sent" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No frozen movement"):
        call_command("payments", "resolve", str(uuid4()), "--reason", "x")
