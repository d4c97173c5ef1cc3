"""A change request is answered once, whoever clicks at the same time."""

import pytest

from apps.contracts.models import ContractVersion, Milestone
from apps.contracts.operations import changes, milestones
from tests.contracts.changing import check_books, propose, two_steps
from tests.contracts.test_races import at_once, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivered(make):
    contract = two_steps(make)
    make.deliver(make.fund(contract.milestones.get(position=1)))
    return contract


def accepting(make, change):
    freelancer = make.actor(change.contract.freelancer)
    return lambda: changes.accept_change(change_id=change.id, actor=freelancer, now=make.now)


def test_two_acceptances_make_one_version(make, delivered):
    change = propose(make, delivered, {0: {"amount_minor": 300_00}})
    results = at_once([accepting(make, change)] * 4)
    assert [error.status for error in refused(results)] == [409] * 3
    assert ContractVersion.objects.filter(contract=delivered).count() == 2
    check_books(delivered)


def test_acceptance_against_withdrawal(make, delivered):
    change = propose(make, delivered, {0: {"amount_minor": 300_00}})
    employer = make.actor(delivered.employer)
    withdraw = lambda: changes.withdraw_change(change_id=change.id, actor=employer, now=make.now)  # noqa: E731
    results = at_once([accepting(make, change), withdraw, accepting(make, change), withdraw])
    assert [error.status for error in refused(results)] == [409] * 3
    change.refresh_from_db()
    versions = ContractVersion.objects.filter(contract=delivered).count()
    assert (change.status, versions) in {("accepted", 2), ("withdrawn", 1)}
    check_books(delivered)


def test_acceptance_against_approval(make, delivered):
    """Either the price is lower first and then the rest is paid, or all is paid and the request has ended."""
    change = propose(make, delivered, {0: {"amount_minor": 300_00}})
    first, employer = delivered.milestones.get(position=1), make.actor(delivered.employer)
    approve = lambda: milestones.approve_milestone(  # noqa: E731
        milestone_id=first.id, amount=None, actor=employer, now=make.now
    )
    results = at_once([accepting(make, change), approve])
    change.refresh_from_db()
    first = Milestone.objects.select_related("escrow").get(id=first.id)
    assert first.status == "approved"
    if change.status == "accepted":
        assert (first.escrow.released_minor, first.escrow.refunded_minor, refused(results)) == (300_00, 100_00, [])
    else:
        assert (first.escrow.released_minor, first.escrow.refunded_minor) == (400_00, 0)
        assert [error.status for error in refused(results)] == [409]
    check_books(delivered)


def test_acceptance_against_a_delivery(make):
    contract = two_steps(make)
    first = make.fund(contract.milestones.get(position=1))
    change = propose(make, contract, {0: {"amount_minor": 300_00}})
    results = at_once([accepting(make, change), lambda: make.deliver(first)])
    assert refused(results) == []
    first.refresh_from_db()
    assert (first.status, first.amount_minor, first.paused_at) == ("delivered", 300_00, None)
    check_books(contract)


def test_acceptance_against_a_payment(make):
    """The price is never changed under a payment that has started."""
    contract = two_steps(make)
    first, employer = contract.milestones.get(position=1), make.actor(contract.employer)
    change = propose(make, contract, {0: {"amount_minor": 300_00}})
    pay = lambda: milestones.prepare_funding(milestone_id=first.id, actor=employer, now=make.now)  # noqa: E731
    results = at_once([accepting(make, change), pay])
    first = Milestone.objects.select_related("escrow").get(id=first.id)
    assert first.escrow.amount_minor == first.amount_minor
    assert len(refused(results)) == (first.amount_minor == 400_00)
    check_books(contract)
