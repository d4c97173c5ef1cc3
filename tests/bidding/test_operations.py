from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import policies as roles
from apps.bidding import operations, policies, queries, rules
from apps.bidding.models import Bid
from apps.bidding.rules import Answer, MilestoneDraft
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.compliance import policies as compliance
from apps.outbox.models import Event
from apps.tasks import operations as tasks
from apps.tasks import policies as tasks_policies

DAY = timedelta(days=1)


def test_a_bid_in_the_tasks_currency_binds_as_typed(make):
    bid = make.bid()
    assert bid.binding_amount == bid.amount == Money.of("900.00", "EUR")
    assert bid.rate is None
    assert [part.binding_amount for part in queries.milestones(bid.id)] == [bid.binding_amount]


def test_a_bid_in_the_bidders_currency_binds_in_the_tasks_at_a_dated_rate(make, now):
    bidder = make.freelancer(country="CN", currency="CNY")
    milestones = (MilestoneDraft("Draft", 333_33, 5), MilestoneDraft("Final", 666_67, 5))
    bid = make.bid(bidder=bidder, amount=Money.of("1000.00", "CNY"), milestones=milestones)

    assert bid.binding_currency == "EUR"
    assert 0 < bid.binding_amount_minor < bid.amount_minor
    assert bid.rate_date is not None
    assert bid.rate_date <= now.date()
    parts = [part.binding_amount for part in queries.milestones(bid.id)]
    assert Money.total(parts, "EUR") == bid.binding_amount


def test_a_third_currency_is_refused(make):
    with pytest.raises(operations.CurrencyNotOffered):
        make.bid(amount=Money.of("100", "JPY"))


@given(amount=st.integers(1, 10**9), weights=st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_binding_parts_always_sum(amount, weights):
    parts = rules.binding_parts(Money(amount, "EUR"), [MilestoneDraft("x", weight, 1) for weight in weights])
    assert Money.total(parts, "EUR") == Money(amount, "EUR")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"amount": Money(0, "EUR")}, operations.AmountMissing),
        ({"days": 0}, operations.DaysMissing),
        ({"cover_note": "  "}, operations.NoteMissing),
        ({"answers": ()}, operations.AnswersIncomplete),
        ({"milestones": (MilestoneDraft("One", 100, 1),)}, operations.MilestonesDoNotSum),
        ({"milestones": (MilestoneDraft(" ", 900_00, 1),)}, operations.MilestoneIncomplete),
        ({"milestones": tuple(MilestoneDraft("x", 1, 1) for _ in range(13))}, operations.TooManyMilestones),
    ],
)
def test_a_bid_that_does_not_add_up_is_refused_and_nothing_is_kept(make, fields, refusal):
    with pytest.raises(refusal):
        make.bid(**fields)
    assert not Bid.objects.exists()


def test_a_foreign_checklist_is_no_answer(make):
    task, other = make.task(), make.task()
    answers = make.bid_draft(other).answers
    with pytest.raises(operations.AnswersIncomplete):
        make.bid(task=task, answers=answers)


def test_one_live_bid_per_freelancer_and_task(make, now):
    first = make.bid()
    with pytest.raises(policies.OneLiveBid):
        make.bid(task=first.task, bidder=first.bidder)
    operations.withdraw_bid(bid_id=first.id, actor=make.actor(first.bidder), now=now)
    assert make.bid(task=first.task, bidder=first.bidder).status == "submitted"


def test_the_database_refuses_a_second_live_bid_too(make):
    first = make.bid()
    with pytest.raises(IntegrityError, match="bidding_bid_one_live"), transaction.atomic():
        first.pk = None
        first.id = None
        Bid.objects.create(
            task=first.task, bidder=first.bidder, submitted_by=first.submitted_by, amount_minor=1, currency="EUR",
            binding_amount_minor=1, binding_currency="EUR", days=1, cover_note="x", submitted_at=first.submitted_at,
        )  # fmt: skip


def test_an_employer_does_not_bid_on_the_own_task(make):
    task = make.task()
    with pytest.raises(tasks_policies.OwnTask):
        make.bid(task=task, bidder=task.employer)


def test_a_closed_corridor_refuses_the_bid_with_its_reason(make):
    with pytest.raises(compliance.CorridorRestricted, match="833/2014"):
        make.bid(bidder=make.freelancer(country="RU", currency="USD"))


def test_bids_end_with_the_window(make, now):
    task = make.task()
    make.now = now + 7 * DAY
    with pytest.raises(tasks_policies.NotOpenForBids):
        make.bid(task=task)


def test_a_bid_is_changed_while_open_only(make, now):
    bid = make.bid()
    actor = make.actor(bid.bidder)
    draft = make.bid_draft(bid.task, amount=Money.of("850.00", "EUR"))
    edited = operations.edit_bid(bid_id=bid.id, draft=draft, actor=actor, now=now + DAY)
    assert (edited.revision, edited.binding_amount) == (2, Money.of("850.00", "EUR"))
    with pytest.raises(tasks_policies.NotOpenForBids):
        operations.edit_bid(bid_id=bid.id, draft=draft, actor=actor, now=now + 8 * DAY)


def test_sealed_bids_are_unreadable_until_the_window_closes(make, now):
    task = make.task(bid_window="sealed")
    bid = make.bid(task=task)
    employer, staff = make.actor(task.employer), make.actor(make.organization(owner=make.staff()))
    for reader in (employer, staff, make.actor(make.freelancer())):
        assert not policies.can_read(reader, bid, now)
        assert bid not in queries.bids_readable_by(reader, now)
    assert policies.can_read(make.actor(bid.bidder), bid, now)
    assert queries.bids_on(task, now) == []
    with pytest.raises(policies.StillSealed):
        operations.shortlist(bid_id=bid.id, actor=employer, now=now)

    task = tasks.close_bidding(task_id=task.id, now=now + 7 * DAY)

    assert queries.bids_on(task, now + 7 * DAY) == [bid]


def test_other_bidders_never_read_a_bid(make, now):
    bid = make.bid()
    other = make.actor(make.bid(task=bid.task).bidder)
    with pytest.raises(NotAllowed):
        policies.check_can_read(other, bid, now)
    assert bid not in queries.bids_readable_by(other, now)


def test_only_the_employer_judges(make, now):
    bid = make.bid()
    with pytest.raises(roles.NotYours):
        operations.decline_bid(bid_id=bid.id, reason="price", note="", actor=make.actor(bid.bidder), now=now)
    with pytest.raises(roles.RoleMissing):
        operations.shortlist(bid_id=bid.id, actor=make.actor(bid.task.employer, "member"), now=now)


def test_a_decline_carries_a_reason_of_the_list(make, now):
    bid = make.bid()
    employer = make.actor(bid.task.employer)
    with pytest.raises(operations.ReasonUnknown):
        operations.decline_bid(bid_id=bid.id, reason="mood", note="", actor=employer, now=now)
    operations.decline_bid(bid_id=bid.id, reason="time", note="Sooner, please.", actor=employer, now=now)
    assert Event.objects.get(name="bidding.bid_declined").payload["reason"] == "time"
    with pytest.raises(IllegalTransition):
        operations.shortlist(bid_id=bid.id, actor=employer, now=now)


def test_a_task_that_ends_leaves_no_bid_waiting(make, now, outbox_drain):
    waiting, declined = make.bid(), None
    declined = make.bid(task=waiting.task, status="declined")
    tasks.cancel(task_id=waiting.task_id, actor=make.actor(waiting.task.employer), now=now)

    outbox_drain()

    waiting.refresh_from_db()
    declined.refresh_from_db()
    assert (waiting.status, declined.status) == ("not_taken", "declined")
    assert Event.objects.filter(name="bidding.bid_not_taken").count() == 1


def test_an_answer_may_say_no(make):
    task = make.task()
    answers = tuple(Answer(answer.criterion_id, False, "Not this one") for answer in make.bid_draft(task).answers)
    bid = make.bid(task=task, answers=answers)
    assert [answer.will_meet for answer in queries.answers(bid.id)] == [False, False]


@pytest.mark.parametrize(("fils", "milestones"), [(12_345, ()), (12_340, (6_175, 6_165)), (20_000, (6_667, 13_333))])
def test_what_no_processor_takes_is_refused_at_the_bid(make, fils, milestones):
    task = make.task(currency="KWD")
    parts = tuple(MilestoneDraft(f"Part {minor}", minor, 5) for minor in milestones)
    with pytest.raises(operations.PriceNotPayable, match="nearest amount above"):
        make.bid(task=task, amount=Money(fils, "KWD"), milestones=parts)
    assert make.bid(task=task, amount=Money(12_340, "KWD")).binding_amount == Money(12_340, "KWD")


@given(binding=st.integers(1, 10**8), weights=st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_every_part_of_a_payable_price_is_payable(binding, weights):
    whole = rules.on_step(Money(binding, "KWD"))
    parts = rules.binding_parts(whole, [MilestoneDraft("x", weight, 1) for weight in weights])
    assert Money.total(parts, "KWD") == whole
    assert all(part == rules.on_step(part) for part in parts)
