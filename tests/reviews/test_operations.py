from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.policies import NotYours
from apps.outbox.models import Event
from apps.reviews import jobs, operations, policies, queries, rules
from apps.reviews.models import Review
from tests.conftest import NOON
from tests.make.agreed import active_contract, ended_contract

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=3)


@pytest.fixture
def contract(make):
    return ended_contract(make)


def _submit(contract, actor, now=LATER, **options):
    stars = {"quality": 5, "communication": 4, "skill": 5, "text": "Good", "source_language": "en"} | options
    return operations.submit(contract_id=contract.id, actor=actor, now=now, **stars)


def test_one_review_stays_sealed_from_everybody_but_its_author(make, contract):
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    review = _submit(contract, employer)

    assert review.published_at is None
    assert queries.reviews_of_contract(contract.id, employer) == [review]
    assert queries.reviews_of_contract(contract.id, freelancer) == []
    assert queries.reviews_of_contract(contract.id, make.staff_actor()) == []
    assert queries.rating(contract.freelancer_id).count == 0


def test_the_second_review_publishes_both(make, contract):
    _submit(contract, make.actor(contract.employer))
    _submit(contract, make.actor(contract.freelancer), quality=3)

    assert Review.objects.filter(published_at=LATER).count() == 2
    assert Event.objects.filter(name="reviews.published").count() == 2
    assert queries.rating(contract.employer_id).quality == 3


def test_the_job_publishes_a_lonely_review_after_the_window_and_only_then(make, contract):
    _submit(contract, make.actor(contract.employer))
    end = rules.window_end(contract.ended_at)

    assert list(queries.contracts_to_publish(end - timedelta(seconds=1))) == []
    assert operations.publish_due(contract_id=contract.id, now=end - timedelta(seconds=1)) == 0
    assert list(queries.contracts_to_publish(end)) == [contract.id]
    assert operations.publish_due(contract_id=contract.id, now=end) == 1
    assert operations.publish_due(contract_id=contract.id, now=end) == 0


def test_the_job_runs_by_the_clock(make, time_machine):
    contract = ended_contract(make)
    _submit(contract, make.actor(contract.employer))
    time_machine.move_to(NOON + timedelta(days=15))

    assert jobs.publish_due() == 1


def test_submit_refuses_a_contract_at_work(make):
    contract = active_contract(make)
    with pytest.raises(policies.NotEnded):
        _submit(contract, make.actor(contract.employer))


def test_submit_refuses_after_the_window(make, contract):
    with pytest.raises(policies.WindowOver):
        _submit(contract, make.actor(contract.employer), now=NOON + timedelta(days=14))


def test_submit_refuses_a_second_one(make, contract):
    _submit(contract, make.actor(contract.employer))
    with pytest.raises(policies.AlreadyReviewed):
        _submit(contract, make.actor(contract.employer))


def test_submit_refuses_strangers(make, contract):
    with pytest.raises(policies.NotAParty):
        _submit(contract, make.actor(make.freelancer()))


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_submit_refuses_stars_outside_one_to_five(make, contract, stars):
    with pytest.raises(operations.StarsMissing):
        _submit(contract, make.actor(contract.employer), quality=stars)


def test_the_database_refuses_stars_outside_one_to_five(make, contract):
    review = _submit(contract, make.actor(contract.employer))
    with pytest.raises(IntegrityError, match="reviews_review_stars"), transaction.atomic():
        Review.objects.filter(id=review.id).update(skill=6)


def test_a_review_is_answered_once_by_its_subject(make, contract):
    review = _submit(contract, make.actor(contract.employer))
    _submit(contract, make.actor(contract.freelancer))
    freelancer = make.actor(contract.freelancer)
    with pytest.raises(NotYours):
        operations.reply(review_id=review.id, text="No", language="en", actor=make.actor(contract.employer), now=LATER)

    operations.reply(review_id=review.id, text="Thank you", language="en", actor=freelancer, now=LATER)
    with pytest.raises(policies.AlreadyReplied):
        operations.reply(review_id=review.id, text="Again", language="en", actor=freelancer, now=LATER)


def test_a_sealed_review_is_not_answered(make, contract):
    review = _submit(contract, make.actor(contract.employer))
    with pytest.raises(policies.NotPublished):
        operations.reply(
            review_id=review.id, text="What?", language="en", actor=make.actor(contract.freelancer), now=LATER
        )
