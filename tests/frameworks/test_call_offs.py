"""Offers under a framework agreement: rates times quantities, within its validity and its ceiling."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.policies import NotYours, RoleMissing
from apps.common.errors import DomainError
from apps.common.fingerprints import fingerprint
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.contracts import errors
from apps.contracts.models import Contract
from apps.contracts.operations import call_offs, changes, offers
from apps.contracts.queries import call_offs as queries
from apps.frameworks import operations
from apps.frameworks.errors import NotInForce
from apps.frameworks.models import Framework
from apps.frameworks.terms import Rate
from apps.messaging.models import Block
from apps.tasks.models import Task
from tests.contracts.changing import edited, propose
from tests.contracts.test_races import at_once, refused
from tests.frameworks import agreeing
from tests.frameworks.agreeing import call_off, in_force


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def sides(make):
    return make.employer(), make.freelancer()


@pytest.mark.django_db
def test_rates_times_quantities_are_the_milestones(make, sides):
    framework = in_force(make, sides)
    contract = call_off(make, framework, (1, "2.5"), (2, "1"))
    assert (contract.status, contract.currency, contract.amount_minor) == ("offered", "EUR", 310_00)
    assert (contract.revisions_included, contract.review_days) == (3, 5)
    rows = contract.milestones.order_by("position").values_list("title", "amount_minor", "days")
    assert list(rows) == [("Translation, English to Spanish", 250_00, 7), ("Review call", 60_00, 7)]
    version = framework.versions.get()
    assert contract.framework_version == version
    named = contract.terms["framework"]
    assert (named["id"], named["version"], named["sha256"]) == (str(framework.id), 1, version.sha256)
    assert named["lines"][0]["quantity"] == "2.5"
    assert contract.terms_sha256 == fingerprint(contract.terms)


@pytest.mark.django_db
def test_the_reference_stays_in_every_version_of_the_contract(make, sides):
    contract = call_off(make, in_force(make, sides), (1, "2"))
    contract = offers.accept_offer(contract_id=contract.id, actor=make.actor(sides[1]), now=make.now)
    change = propose(make, contract, {0: {"days": 9}})
    version = changes.accept_change(change_id=change.id, actor=make.actor(sides[1]), now=make.now)
    assert version.terms["framework"] == contract.terms["framework"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], errors.MilestonesMissing),
        ([(0, "1")], errors.CallOffLineNotReadable),
        ([(3, "1")], errors.CallOffLineNotReadable),
        ([(1, "0")], errors.CallOffLineNotReadable),
        ([(1, "-1")], errors.CallOffLineNotReadable),
        ([(1, "0.001")], errors.CallOffLineNotReadable),
        ([(1, "1000001")], errors.CallOffLineNotReadable),
        ([(1, "11")], errors.CeilingExceeded),
    ],
)
def test_lines_that_are_refused_leave_nothing(make, sides, lines, error):
    framework = in_force(make, sides)
    with pytest.raises(error):
        call_off(make, framework, *lines)
    assert not Contract.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_a_quantity_that_rounds_to_nothing_is_refused(make, sides):
    framework = in_force(make, sides, rates=(Rate("Words", "word", 8),))
    with pytest.raises(errors.CallOffAmountNotPossible):
        call_off(make, framework, (1, "0.01"))
    assert call_off(make, framework, (1, "1200.5")).amount_minor == 96_04


@pytest.mark.django_db
def test_only_in_force_and_within_its_days(make, sides):
    framework = agreeing.propose(make, sides)
    with pytest.raises(NotInForce):
        call_off(make, framework, (1, "1"))
    today = make.now.date()
    later = agreeing.in_force(make, (make.employer(), make.freelancer()), starts_on=today + timedelta(days=2))
    with pytest.raises(NotInForce):
        call_off(make, later, (1, "1"))
    make.now += timedelta(days=2)
    assert call_off(make, later, (1, "1")).status == "offered"


@pytest.mark.django_db
def test_offers_are_possible_until_the_end_of_the_notice_and_contracts_go_on(make, sides):
    framework = in_force(make, sides)
    contract = call_off(make, framework, (1, "1"))
    operations.give_notice(framework_id=framework.id, reason="", actor=make.actor(sides[1]), now=make.now)
    make.now += timedelta(days=14)
    call_off(make, framework, (1, "1"))
    make.now += timedelta(days=1)
    with pytest.raises(NotInForce):
        call_off(make, framework, (1, "1"))
    operations.end(framework_id=framework.id, now=make.now)
    contract.refresh_from_db()
    assert contract.status == "offered"


@pytest.mark.django_db
def test_only_the_employer_and_only_who_may_offer(make, sides):
    framework = in_force(make, sides)
    for organization in (sides[1], make.employer()):
        with pytest.raises(NotYours):
            call_off(make, framework, (1, "1"), actor=make.actor(organization))
    for role in ("member", "finance", "viewer"):
        with pytest.raises(RoleMissing):
            call_off(make, framework, (1, "1"), actor=make.actor(sides[0], role))
    Block.objects.create(organization=sides[1], blocked=sides[0], blocked_by=sides[1].memberships.get().user)
    with pytest.raises(DomainError):
        call_off(make, framework, (1, "1"))
    assert not Contract.objects.exists()


@pytest.mark.django_db
def test_the_ceiling_counts_what_is_offered_or_agreed_and_not_what_ended_without_pay(make, sides):
    framework = in_force(make, sides)
    first = call_off(make, framework, (1, "6"))
    assert queries.left(framework) == Money(400_00, "EUR")
    with pytest.raises(errors.CeilingExceeded) as refusal:
        call_off(make, framework, (1, "4.01"))
    assert refusal.value.params["left"] == Money(400_00, "EUR")
    offers.decline_offer(contract_id=first.id, actor=make.actor(sides[1]), now=make.now)
    assert queries.left(framework) == Money(1000_00, "EUR")
    assert call_off(make, framework, (1, "10")).amount_minor == 1000_00


@pytest.mark.django_db
def test_without_a_ceiling_nothing_is_counted(make, sides):
    framework = in_force(make, sides, ceiling_minor=None)
    assert call_off(make, framework, (1, "5000")).amount_minor == 500_000_00
    assert queries.left(framework) is None


@pytest.mark.django_db
def test_a_higher_price_keeps_to_the_ceiling_too(make, sides):
    framework = in_force(make, sides)
    contract = call_off(make, framework, (1, "9"))
    contract = offers.accept_offer(contract_id=contract.id, actor=make.actor(sides[1]), now=make.now)
    with pytest.raises(errors.CeilingExceeded):
        propose(make, contract, draft=edited(contract, {0: {"amount_minor": 1000_01}}))
    change = propose(make, contract, draft=edited(contract, {0: {"amount_minor": 1000_00}}))
    call_off(make, framework, (2, "1"))
    with pytest.raises(errors.CeilingExceeded):
        changes.accept_change(change_id=change.id, actor=make.actor(sides[1]), now=make.now)


@pytest.mark.django_db(transaction=True)
def test_offers_at_the_same_time_stay_below_the_ceiling_together(make, sides):
    framework = in_force(make, sides)
    make.brief()  # the category
    actor = make.actor(sides[0])
    results = at_once([lambda: call_off(make, framework, (1, "4"), actor=actor)] * 4)
    assert [error.code for error in refused(results)] == ["framework_ceiling_exceeded"] * 2
    assert Contract.objects.count() == 2
    assert queries.total(Framework.objects.get()) == Money(800_00, "EUR")


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_the_same_time_is_one_offer(make, sides):
    framework = in_force(make, sides, ceiling_minor=None)
    brief, actor, contract_id = make.brief(), make.actor(sides[0]), uuid7()
    values = {
        "framework_id": framework.id, "brief": brief, "lines": [call_offs.Line(1, Decimal(1), 7)], "now": make.now,
        "criteria": agreeing.CRITERIA, "message": "", "actor": actor, "contract_id": contract_id,
    }  # fmt: skip
    results = at_once([lambda: call_offs.call_off(**values).id] * 3)
    assert results == [contract_id] * 3
    assert Contract.objects.get().id == contract_id


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_and_a_counter_at_the_same_time(make, sides):
    framework = agreeing.propose(make, sides)
    theirs = make.actor(sides[1])
    both = {"framework_id": framework.id, "number": 1, "actor": theirs, "now": make.now}
    other = agreeing.draft(make, revisions=1)
    results = at_once([lambda: operations.accept(**both), lambda: operations.counter(draft=other, **both)])
    assert len(refused(results)) == 1
    framework.refresh_from_db()
    assert (framework.status, framework.version_number) in {("in_force", 1), ("proposed", 2)}


@pytest.mark.django_db
def test_parts_of_a_unit_in_dinars_are_rounded_to_what_can_be_paid(make, sides):
    framework = in_force(make, sides, currency="KWD", rates=(Rate("Work", "hour", 1230),), ceiling_minor=None)
    assert call_off(make, framework, (1, "2.5")).amount_minor == 3080
