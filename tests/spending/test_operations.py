"""Limits against PostgreSQL: what fits, what needs a second person, and two who pay at the same moment."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Organization
from apps.common.errors import IllegalTransition, NotAllowed, NotFound
from apps.common.money import Money
from apps.spending import operations, policies, queries
from apps.spending.models import Approval, Spend
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


@pytest.fixture
def firm(make):
    """An organization with an owner and two colleagues who may pay."""
    return make.employer(currency="EUR", country="DE")


@pytest.fixture
def owner(make, firm):
    return make.actor(firm)


@pytest.fixture
def colleague(make, firm):
    return make.actor(firm, "finance")


def purpose(amount: Money, **fields) -> operations.Purpose:
    return operations.Purpose(fields.pop("reference_id", uuid4()), "Logo: first drafts", amount, **fields)


def limit(firm, owner, **limits):
    named = {"approval_above": None, "monthly_limit": None, "member_limit": None, **limits}
    return operations.set_rule(organization_id=firm.id, actor=owner, now=NOON, **named)


def pay(firm, actor, amount, *, now=NOON, **fields) -> Spend:
    return operations.reserve(organization_id=firm.id, purpose=purpose(amount, **fields), actor=actor, now=now)


def test_without_limits_everything_is_counted_and_nothing_refused(firm, owner):
    pay(firm, owner, eur("999999.00"))

    assert queries.spent_in_month(firm.id, "EUR", NOON.date()) == eur("999999.00")


def test_a_large_payment_waits_for_a_second_person(firm, owner, colleague):
    limit(firm, owner, approval_above=eur("500.00"))
    reference = uuid4()
    pay(firm, owner, eur("500.00"))
    with pytest.raises(policies.ApprovalNeeded, match="500"):
        pay(firm, owner, eur("500.01"), reference_id=reference)

    approval = operations.request_approval(
        organization_id=firm.id, purpose=purpose(eur("500.01"), reference_id=reference), note="", actor=owner, now=NOON
    )
    with pytest.raises(policies.ApprovalNeeded):  # asking is not agreeing
        pay(firm, owner, eur("500.01"), reference_id=reference)
    operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=colleague, now=NOON)

    spend = pay(firm, owner, eur("500.01"), reference_id=reference)
    assert spend.approval_id == approval.id
    assert Approval.objects.get().status == "used"


def test_an_approval_is_for_one_amount(firm, owner, colleague):
    limit(firm, owner, approval_above=eur("500.00"))
    reference = uuid4()
    approval = operations.request_approval(
        organization_id=firm.id, purpose=purpose(eur("600.00"), reference_id=reference), note="", actor=owner, now=NOON
    )
    operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=colleague, now=NOON)

    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, owner, eur("601.00"), reference_id=reference)


def test_nobody_approves_what_they_asked_for(firm, owner):
    approval = operations.request_approval(
        organization_id=firm.id, purpose=purpose(eur("600.00")), note="", actor=owner, now=NOON
    )

    with pytest.raises(policies.OwnRequest):
        operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=owner, now=NOON)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        Approval.objects.update(decided_by_id=approval.requested_by_id)


def test_a_refusal_says_why(firm, owner, colleague):
    approval = operations.request_approval(
        organization_id=firm.id, purpose=purpose(eur("600.00")), note="", actor=owner, now=NOON
    )
    with pytest.raises(policies.ReasonMissing):
        operations.decide(approval_id=approval.id, is_approved=False, reason=" ", actor=colleague, now=NOON)

    refused = operations.decide(
        approval_id=approval.id, is_approved=False, reason="Too much", actor=colleague, now=NOON
    )

    assert refused.status == "refused"
    with pytest.raises(IllegalTransition):
        operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=colleague, now=NOON)


def test_the_month_has_a_limit_and_the_next_one_begins_again(firm, owner):
    limit(firm, owner, monthly_limit=eur("1000.00"))
    pay(firm, owner, eur("900.00"))

    with pytest.raises(policies.OverMonthlyLimit):
        pay(firm, owner, eur("100.01"))
    pay(firm, owner, eur("100.00"))
    pay(firm, owner, eur("1000.00"), now=NOON + timedelta(days=10))


def test_limits_go_on_when_the_organization_changes_its_currency(firm, owner):
    limit(firm, owner, monthly_limit=eur("1000.00"))
    pay(firm, owner, eur("900.00"))
    Organization.objects.filter(id=firm.id).update(currency="IDR")

    pay(firm, owner, eur("100.00"))
    with pytest.raises(policies.OverMonthlyLimit):
        pay(firm, owner, eur("0.01"))


def test_one_person_has_a_limit_and_a_colleague_their_own(firm, owner, colleague):
    limit(firm, owner, member_limit=eur("300.00"))
    pay(firm, owner, eur("300.00"))

    with pytest.raises(policies.OverMemberLimit):
        pay(firm, owner, eur("0.01"))
    pay(firm, colleague, eur("300.00"))


def test_other_currencies_count_at_the_rate_of_the_day(firm, owner):
    limit(firm, owner, monthly_limit=eur("100.00"))
    pay(firm, owner, Money.of("10000", "JPY"))

    counted = queries.spent_in_month(firm.id, "EUR", NOON.date())

    assert eur("40.00") < counted < eur("80.00")


def test_a_currency_without_a_rate_needs_a_second_person_where_there_are_limits(firm, owner, colleague):
    limit(firm, owner, monthly_limit=eur("1000.00"))
    dinars, reference = Money.of("10.000", "KWD"), uuid4()
    with pytest.raises(policies.LimitNotComparable):
        pay(firm, owner, dinars, reference_id=reference)

    approval = operations.request_approval(
        organization_id=firm.id, purpose=purpose(dinars, reference_id=reference), note="", actor=owner, now=NOON
    )
    operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=colleague, now=NOON)

    assert pay(firm, owner, dinars, reference_id=reference).counted is None


def test_a_budget_is_not_overdrawn_and_lends_its_purchase_order(firm, owner):
    budget = operations.open_budget(
        organization_id=firm.id, name="Relaunch", amount=eur("1000.00"), purchase_order="PO-7", actor=owner, now=NOON
    )
    spend = pay(firm, owner, eur("800.00"), budget_id=budget.id)

    assert spend.purchase_order == "PO-7"
    assert queries.purchase_order_of(spend.reference_id) == "PO-7"
    with pytest.raises(policies.OverBudget, match="200"):
        pay(firm, owner, eur("200.01"), budget_id=budget.id)
    assert queries.use_of(budget).used_percent == 80


def test_a_closed_budget_and_a_strangers_budget_pay_nothing(make, firm, owner):
    budget = operations.open_budget(
        organization_id=firm.id, name="Old", amount=eur("10.00"), purchase_order="", actor=owner, now=NOON
    )
    other = make.employer()
    with pytest.raises(policies.BudgetClosed):
        pay(other, make.actor(other), eur("1.00"), budget_id=budget.id)

    operations.close_budget(budget_id=budget.id, actor=owner, now=NOON)

    with pytest.raises(policies.BudgetClosed):
        pay(firm, owner, eur("1.00"), budget_id=budget.id)
    with pytest.raises(NotFound):
        operations.close_budget(budget_id=budget.id, actor=make.actor(other), now=NOON)


def test_what_failed_or_came_back_no_longer_counts(firm, owner):
    first, second = pay(firm, owner, eur("100.00")), pay(firm, owner, eur("200.00"))
    operations.lapsed(reference_id=first.reference_id, now=NOON)
    operations.paid(reference_id=second.reference_id, now=NOON)

    for _ in range(2):  # a fact may be heard twice
        operations.returned(reference_id=second.reference_id, whole_returned=eur("50.00"), now=NOON)

    assert queries.spent_in_month(firm.id, "EUR", NOON.date()) == eur("150.00")


def test_a_payment_tried_again_counts_once(firm, owner):
    limit(firm, owner, monthly_limit=eur("100.00"))
    reference = uuid4()
    pay(firm, owner, eur("80.00"), reference_id=reference)

    pay(firm, owner, eur("80.00"), reference_id=reference)
    operations.lapsed(reference_id=reference, now=NOON)
    pay(firm, owner, eur("80.00"), reference_id=reference)

    assert queries.spent_in_month(firm.id, "EUR", NOON.date()) == eur("80.00")
    assert Spend.objects.count() == 1


def test_two_payments_at_once_do_not_both_fit(firm, owner):
    limit(firm, owner, monthly_limit=eur("100.00"))
    start, results = threading.Barrier(8), []

    def try_to_pay() -> None:
        start.wait()
        try:
            pay(firm, owner, eur("60.00"))
            results.append("paid")
        except policies.OverMonthlyLimit:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["paid"] + ["refused"] * 7


def test_only_who_leads_sets_limits(make, firm, owner, colleague):
    with pytest.raises(NotAllowed):
        limit(firm, colleague, monthly_limit=eur("1.00"))
    stranger = make.actor(make.employer())
    with pytest.raises(NotFound):
        limit(firm, stranger, monthly_limit=eur("1.00"))


def test_a_request_is_taken_back_by_whoever_asked_or_leads(make, firm, owner, colleague):
    def ask(actor):
        return operations.request_approval(
            organization_id=firm.id, purpose=purpose(eur("600.00")), note="", actor=actor, now=NOON
        )

    first, second = ask(owner), ask(colleague)

    with pytest.raises(NotAllowed):
        operations.withdraw(approval_id=first.id, actor=colleague, now=NOON)
    with pytest.raises(NotFound):
        operations.withdraw(approval_id=first.id, actor=make.actor(make.employer()), now=NOON)
    assert operations.withdraw(approval_id=first.id, actor=owner, now=NOON).status == "withdrawn"
    assert operations.withdraw(approval_id=second.id, actor=owner, now=NOON).status == "withdrawn"
