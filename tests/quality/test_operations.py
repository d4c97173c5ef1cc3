"""Draws from real deliveries, and what staff notes about them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.accounts.policies import OwnCase, StaffOnly
from apps.contracts.models import Deliverable
from apps.moderation.models import AuditEntry
from apps.quality import operations, rules
from apps.quality.models import Draw, Sample
from tests.make import Make

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    """The first seed is published an hour before anything is delivered."""
    make.now = timezone.now()
    operations.draw_samples(now=make.now - timedelta(hours=1))
    return make


def later(make: Make, **span):
    return make.now + timedelta(**(span or {"hours": 1}))


def staff(make: Make):
    return make.staff_actor()


def test_what_was_delivered_before_a_seed_was_published_is_not_drawn(make):
    first = Draw.objects.get()
    assert (first.drawn_at, first.starts_at) == (None, make.now - timedelta(hours=1) - operations.SETTLED)
    make.milestone(status="delivered")
    Deliverable.objects.update(submitted_at=first.starts_at - timedelta(seconds=1))
    assert operations.draw_samples(now=later(make)) == 0
    assert not Sample.objects.exists()


def test_deliveries_are_drawn_by_the_committed_seed(make):
    make.milestone(status="delivered")
    assert operations.draw_samples(now=later(make)) == 1
    draw = Draw.objects.exclude(drawn_at=None).get()
    assert rules.commitment(draw.seed) == draw.seed_sha256
    assert draw.population == [[rules.key(Deliverable.objects.get().id), Sample.objects.get().stratum]]
    assert rules.draw(draw.seed, draw.population, draw.before) == draw.chosen
    following = Draw.objects.get(drawn_at=None)
    assert following.starts_at == draw.ends_at
    assert following.seed != draw.seed


def test_a_second_draw_takes_only_what_came_after(make):
    milestone = make.milestone(status="delivered")
    operations.draw_samples(now=later(make))
    make.now = later(make, hours=2)
    make.deliver(milestone)
    assert operations.draw_samples(now=later(make)) == 0  # one of two is more than a twentieth
    last = Draw.objects.exclude(drawn_at=None).order_by("-starts_at").first()
    assert len(last.population) == 1
    assert list(last.before.values()) == [[1, 1]]
    assert operations.draw_samples(now=later(make, hours=3)) == 0
    assert Draw.objects.count() == 3  # nothing was delivered: the period goes on


def test_a_draw_never_changes(make):
    make.milestone(status="delivered")
    operations.draw_samples(now=later(make))
    for draw in Draw.objects.all():
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(id=draw.id).update(seed="0" * 64)
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(id=draw.id).delete()
    drawn = Draw.objects.exclude(drawn_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        drawn.update(chosen=[])


def test_staff_looks_at_a_sample_and_the_log_has_it(make):
    make.milestone(status="delivered")
    operations.draw_samples(now=later(make))
    sample, now = Sample.objects.get(), later(make, hours=2)
    with pytest.raises(operations.NoteMissing):
        operations.judge(sample_id=sample.id, is_fine=False, note=" ", actor=staff(make), now=now)
    operations.judge(sample_id=sample.id, is_fine=False, note="Copied from a book", actor=staff(make), now=now)
    sample.refresh_from_db()
    assert (sample.status, sample.note, sample.seen_at) == ("concern", "Copied from a book", now)
    operations.judge(sample_id=sample.id, is_fine=True, note="It is their own book", actor=staff(make), now=now)
    assert Sample.objects.get().status == "fine"
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "quality.concern",
        "quality.fine",
    ]


def test_only_staff_of_neither_side_judges(make):
    milestone = make.milestone(status="delivered")
    operations.draw_samples(now=later(make))
    sample = Sample.objects.get()
    with pytest.raises(StaffOnly):
        operations.judge(
            sample_id=sample.id, is_fine=True, note="", actor=make.actor(milestone.contract.employer), now=make.now
        )
    insider = make.staff_actor()
    milestone.contract.freelancer.memberships.create(user_id=insider.user_id, role="member")
    with pytest.raises(OwnCase):
        operations.judge(sample_id=sample.id, is_fine=True, note="", actor=insider, now=later(make))
    assert Sample.objects.get().status == "waiting"
