"""A record is counted from what happened, in a job; what is too little says nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.operations import offers
from apps.messaging import operations as messaging
from apps.track_records import jobs, operations, queries, rules
from apps.track_records.models import TrackRecord
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
durations = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))


def count(organization, now=NOON) -> rules.Record:
    operations.mark_due(organization_ids=[organization.id], now=now)
    operations.count_again(record_id=TrackRecord.objects.get(organization=organization).id, now=now)
    return queries.record(organization.id)


def test_somebody_without_a_record_is_new(make):
    freelancer = make.freelancer()
    record = queries.record(freelancer.id)
    assert record == rules.Record()
    assert record.work.is_new and record.hiring.is_new and record.answers_within is None


def test_a_completed_contract_is_counted_on_both_sides(make):
    milestone = make.milestone(status="approved")
    contract = milestone.contract
    work, hiring = count(contract.freelancer).work, count(contract.employer).hiring

    assert (work.completed, work.deliveries, work.clients, work.repeat_clients) == (1, 1, 1, 0)
    assert (hiring.posted, hiring.hired, hiring.approvals) == (1, 1, 1)
    assert hiring.has_paid
    shares = (work.on_time_bps, work.repeat_bps, hiring.hire_bps, hiring.on_time_bps, hiring.decides_within)
    assert shares == (None,) * 5, "one case is too few for a share"


@pytest.mark.parametrize(
    ("row", "facts"),
    [
        ((0, 0, 0, 0), []), ((1, 0, 0, 0), ["hired"]), ((1, 5, 2, 2), ["hired", "paid"]),
        ((4, 5, 9, 10), ["hired", "paid", "on_time"]), ((4, 5, 8, 10), ["hired", "paid"]),
    ],
)  # fmt: skip
def test_facts_of_an_employer_need_cases(row, facts):
    assert rules.hiring_facts(*row) == facts


def test_clients_who_come_back_are_counted_once(make):
    employer, freelancer = make.employer(), make.freelancer()
    for client in (employer, employer, employer, make.employer()):
        make.contract(bid=make.bid(task=make.task(employer=client), bidder=freelancer))
    work = count(freelancer).work
    assert (work.clients, work.repeat_clients) == (2, 1)


def test_an_offer_that_was_declined_counts_for_nothing(make):
    bid = make.bid()
    offered = offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=NOON)
    offers.decline_offer(contract_id=offered.id, actor=make.actor(bid.bidder), now=NOON)
    assert count(bid.bidder).work == rules.Work()
    assert count(bid.task.employer).hiring.hired == 0


def test_the_time_to_answer_is_the_median_and_silence_counts_as_a_week(make):
    freelancer = make.freelancer()
    for minutes in (10, 60, None):
        employer = make.employer()
        conversation = messaging.enquire(
            organization_id=freelancer.id, text="Hello", source_language="en", actor=make.actor(employer), now=NOON
        ).conversation
        if minutes is not None:
            messaging.send_in(
                conversation_id=conversation.id, text="Yes", source_language="en", actor=make.actor(freelancer),
                now=NOON + timedelta(minutes=minutes),
            )  # fmt: skip
    assert count(freelancer, NOON + timedelta(days=1)).answers_within is None, "two answers are too few"
    assert count(freelancer, NOON + timedelta(days=8)).answers_within == timedelta(minutes=60)


def test_events_mark_both_sides_as_due_and_the_job_counts_them(make, outbox_drain):
    make.now = timezone.now()
    contract = make.contract()
    outbox_drain(timezone.now())
    assert jobs.count_due() >= 2
    assert queries.record(contract.freelancer_id).work.clients == 1
    assert queries.records_due(timezone.now()).count() == 0
    due_again = TrackRecord.objects.get(organization_id=contract.freelancer_id).due_at
    assert due_again > timezone.now() + timedelta(hours=23), "once a day, because medians forget the past"


def test_the_histogram_adds_up():
    record = rules.Record(stars=(1, 0, 0, 3, 4))
    assert record.reviews == 8
    assert record.histogram[0] == (5, 4, 50)
    assert sum(count for _stars, count, _share in record.histogram) == 8
    assert [count for _stars, count, _share in rules.Record().histogram] == [0] * 5


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_share_needs_enough_cases_and_lies_between_none_and_all(part, rest):
    share = rules.share_bps(part, part + rest)
    if part + rest < rules.COUNTED_MIN:
        assert share is None
    else:
        assert 0 <= share <= 10_000
        assert (share == 10_000) == (rest == 0)


@given(st.integers(0, 10**12))
def test_an_amount_lies_in_its_band(paid_minor):
    band = rules.band(paid_minor)
    if paid_minor == 0:
        assert band is None
    else:
        low, high = band
        assert low.amount_minor <= paid_minor
        assert high is None or paid_minor < high.amount_minor


@given(st.lists(st.tuples(durations, st.none() | durations)))
def test_nobody_is_slower_than_silence(pairs):
    times = rules.answer_times(pairs)
    assert all(timedelta(0) <= time <= rules.UNANSWERED_AFTER for time in times)
    assert len(times) == sum(answered is not None or since >= rules.UNANSWERED_AFTER for since, answered in pairs)


def test_the_api_gives_the_record_of_a_public_profile(make, client):
    milestone = make.milestone(status="approved")
    employer = milestone.contract.employer
    count(employer)
    body = client.get(f"/api/v1/people/{employer.handle}/record/").json()
    assert (body["hiring"]["tasks_hired"], body["hiring"]["hire_bps"]) == (1, None)
    assert body["hiring"]["paid_from_minor"] is not None
    assert body["work"]["contracts_completed"] == 0
    employer.profile.is_public = False
    employer.profile.save()
    assert client.get(f"/api/v1/people/{employer.handle}/record/").status_code == 404
