"""Change requests against PostgreSQL, with real payments."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.policies import NotYours
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.fingerprints import fingerprint
from apps.common.money import Money
from apps.contracts import errors, policies, terms
from apps.contracts.models import ChangeRequest, ContractVersion, Milestone
from apps.contracts.operations import cancellations, changes, disputes, milestones, reminders
from apps.contracts.queries import changes as queries
from apps.contracts.queries import milestones as milestone_queries
from apps.escrow.models import Escrow
from apps.escrow.policies import AmountNotPayable
from apps.notifications.models import Notification
from apps.spending import operations as spending
from apps.spending import policies as spending_policies
from tests.contracts.changing import check_books, edited, propose, two_steps

DAY = timedelta(days=1)


def accept(make, change, now=None, by=None):
    contract = change.contract
    other = contract.freelancer if change.proposed_by_id == contract.employer_id else contract.employer
    return changes.accept_change(change_id=change.id, actor=by or make.actor(other), now=now or make.now)


def test_acceptance_of_the_offer_is_the_first_version(make):
    contract = two_steps(make)
    [version] = queries.versions(contract.id)
    assert (version.number, version.sha256) == (1, contract.terms_sha256)
    assert fingerprint(version.terms) == version.sha256
    assert version.employer_accepted_by and version.freelancer_accepted_by


def test_nothing_changes_before_the_other_side_accepts(make):
    contract = two_steps(make)
    change = propose(make, contract, {1: {"amount_minor": 700_00}})
    contract.refresh_from_db()
    assert contract.amount == Money.of("900.00", "EUR")
    assert change.status == "open"

    version = accept(make, change)
    contract.refresh_from_db()
    assert (version.number, version.terms["previous_sha256"]) == (2, queries.versions(contract.id)[1].sha256)
    assert contract.amount == Money.of("1100.00", "EUR") == Money(version.terms["amount_minor"], "EUR")
    assert contract.terms_sha256 == version.sha256 == fingerprint(version.terms)
    assert version.freelancer_accepted_at == version.employer_accepted_at == make.now
    check_books(contract)


def test_only_the_other_side_answers_and_only_the_own_side_withdraws(make):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"days": 9}}, by=contract.employer)
    with pytest.raises(NotYours):
        accept(make, change, by=make.actor(contract.employer))
    with pytest.raises(NotYours):
        changes.withdraw_change(change_id=change.id, actor=make.actor(contract.freelancer), now=make.now)
    with pytest.raises(NotYours):
        accept(make, change, by=make.actor(make.freelancer()))
    changes.withdraw_change(change_id=change.id, actor=make.actor(contract.employer), now=make.now)
    with pytest.raises(IllegalTransition):
        accept(make, change)


def test_one_request_is_open_at_a_time(make):
    contract = two_steps(make)
    propose(make, contract, {0: {"days": 9}})
    with pytest.raises(errors.ChangeOpen):
        propose(make, contract, {0: {"days": 8}}, by=contract.freelancer)


def test_a_counter_offer_ends_the_first_and_waits_for_the_first_side(make, outbox_drain):
    contract = two_steps(make)
    first = propose(make, contract, {0: {"amount_minor": 100_00}}, by=contract.employer)
    second = changes.counter_change(
        change_id=first.id, draft=edited(contract, {0: {"amount_minor": 300_00}}), reason="It is more work",
        source_language="en", actor=make.actor(contract.freelancer), now=make.now,
    )  # fmt: skip
    first.refresh_from_db()
    assert (first.status, second.counters_id) == ("countered", first.id)
    accept(make, second)
    contract.refresh_from_db()
    assert contract.amount == Money.of("800.00", "EUR")
    outbox_drain()
    assert set(Notification.objects.values_list("kind", flat=True)) >= {
        "change_proposed", "change_countered", "change_accepted",
    }  # fmt: skip


def test_a_higher_price_of_funded_work_is_funded_before_the_extra_work(make):
    contract = two_steps(make)
    first = make.fund(contract.milestones.get(position=1))
    accept(make, propose(make, contract, {0: {"amount_minor": 550_00}}))

    extra = Milestone.objects.get(contract=contract, extra_for=first)
    assert (extra.position, extra.status, extra.amount) == (2, "planned", Money.of("150.00", "EUR"))
    with pytest.raises(IllegalTransition):  # new money before new work
        make.deliver(extra)
    assert make.fund(extra).status == "funded"
    check_books(contract)


def test_a_lower_price_of_funded_work_goes_back_and_the_rest_counts_as_paid_in_full(make):
    contract = two_steps(make)
    make.fund(contract.milestones.get(position=1))
    accept(make, propose(make, contract, {0: {"amount_minor": 300_00}}, by=contract.freelancer))
    first = contract.milestones.get(position=1)
    assert milestone_queries.money_of(first).held == Money.of("300.00", "EUR")
    assert first.given_back == Money.of("100.00", "EUR")
    check_books(contract)

    for milestone in contract.milestones.order_by("position"):
        ready = make.fund(milestone) if milestone.status == "planned" else milestone
        make.deliver(ready)
        milestones.approve_milestone(
            milestone_id=ready.id, amount=None, actor=make.actor(contract.employer), now=make.now
        )
    contract.refresh_from_db()
    assert contract.status == "completed"
    assert set(contract.milestones.values_list("status", flat=True)) == {"approved"}


def test_dropped_work_no_longer_counts(make):
    contract = two_steps(make)
    make.fund(contract.milestones.get(position=1))
    accept(make, propose(make, contract, {0: None}))
    contract.refresh_from_db()
    dropped = contract.milestones.get(dropped_at__isnull=False)
    assert (dropped.status, dropped.position, contract.amount) == ("refunded", 2, Money.of("500.00", "EUR"))
    check_books(contract)
    last = make.fund(contract.milestones.get(position=1))
    milestones.approve_milestone(milestone_id=last.id, amount=None, actor=make.actor(contract.employer), now=make.now)
    contract.refresh_from_db()
    assert contract.status == "completed"


def test_dropping_the_rest_after_paid_work_completes_the_contract(make):
    contract = two_steps(make)
    first = make.fund(contract.milestones.get(position=1))
    milestones.approve_milestone(milestone_id=first.id, amount=None, actor=make.actor(contract.employer), now=make.now)
    accept(make, propose(make, contract, {0: None}))  # of those that can be changed, only the second is left
    contract.refresh_from_db()
    assert (contract.status, contract.amount) == ("completed", Money.of("400.00", "EUR"))


def test_added_split_and_reordered(make):
    contract = two_steps(make)
    draft = edited(contract)
    first, second = draft.steps
    halves = (terms.Wanted(second.id, "Half", 250_00), terms.Wanted(None, "Other half", 250_00, 3))
    accept(make, propose(make, contract, draft=terms.Draft((*halves, first), draft.criteria, draft.revisions)))
    rows = contract.milestones.order_by("position").values_list("position", "title", "amount_minor")
    assert list(rows) == [(1, "Half", 250_00), (2, "Other half", 250_00), (3, "Draft", 400_00)]
    check_books(contract)


def test_criteria_and_revisions_follow_and_old_answers_stay(make):
    contract = two_steps(make)
    make.deliver(make.fund(contract.milestones.get(position=1)))
    kept, gone = contract.criteria.values_list("text", flat=True)
    draft = edited(contract)
    accept(make, propose(make, contract, draft=terms.Draft(draft.steps, ("Is readable", kept), 4)))
    contract.refresh_from_db()
    assert [row.text for row in contract.criteria] == ["Is readable", kept]
    assert contract.revisions_included == 4
    assert contract.all_criteria.filter(text=gone, retired_at=make.now).exists()
    make.deliver(contract.milestones.get(position=1), checks=[
        milestones.Check(row.id, True) for row in contract.criteria
    ])  # fmt: skip


def test_the_price_of_a_milestone_with_an_approval_is_asked_for_again(make):
    contract = two_steps(make)
    employer = contract.employer
    spending.set_rule(
        organization_id=employer.id, approval_above=Money.of("100.00", "EUR"), monthly_limit=None, member_limit=None,
        actor=make.actor(employer), now=make.now,
    )  # fmt: skip
    first = contract.milestones.get(position=1)
    approval = milestones.request_approval(milestone_id=first.id, actor=make.actor(employer), now=make.now)
    second_person = make.actor(employer, "manager")
    spending.decide(approval_id=approval.id, is_approved=True, reason="", actor=second_person, now=make.now)

    accept(make, propose(make, contract, {0: {"amount_minor": 600_00}}))

    approval.refresh_from_db()
    assert approval.status == "withdrawn"
    escrow = Escrow.objects.get(reference_id=first.id)
    assert escrow.amount == Money.of("600.00", "EUR")
    with pytest.raises(spending_policies.ApprovalNeeded):
        milestones.prepare_funding(milestone_id=first.id, actor=make.actor(employer), now=make.now)


def test_a_member_without_money_permission_proposes_dates_but_returns_no_money(make):
    contract = two_steps(make)
    make.fund(contract.milestones.get(position=1))
    member = make.actor(contract.freelancer, "member")
    with pytest.raises(NotAllowed):
        propose(make, contract, {0: {"amount_minor": 1_00}}, actor=member)
    change = propose(make, contract, {0: {"amount_minor": 1_00}}, by=contract.employer)
    with pytest.raises(NotAllowed):
        accept(make, change, by=member)
    changes.decline_change(change_id=change.id, actor=member, now=make.now, reason="Ask the owner")
    assert propose(make, contract, {0: {"due_at": make.now + 20 * DAY}}, actor=member).status == "open"


def test_a_date_alone(make, now):
    contract = two_steps(make)
    planned, first = contract.milestones.get(position=2), make.fund(contract.milestones.get(position=1))
    ask = {"reason": "", "source_language": "en", "actor": make.actor(contract.freelancer), "now": now}
    with pytest.raises(errors.MilestoneFixed):
        changes.propose_extension(milestone_id=planned.id, due_at=now + 30 * DAY, **ask)
    with pytest.raises(errors.DateInThePast):
        changes.propose_extension(milestone_id=first.id, due_at=now - DAY, **ask)
    reminders.notify_overdue(milestone_id=first.id, now=now + 20 * DAY)
    change = changes.propose_extension(milestone_id=first.id, due_at=now + 30 * DAY, **ask)
    version = accept(make, change)
    first.refresh_from_db()
    assert (first.due_at, first.overdue_notified_at) == (now + 30 * DAY, None)
    assert version.terms["milestones"][0]["due_at"] == (now + 30 * DAY).isoformat()
    later = accept(make, propose(make, contract, {1: {"title": "The end"}}))
    assert later.terms["milestones"][0]["due_at"] == (now + 30 * DAY).isoformat()


def test_reasons_are_needed_for_more_than_a_date(make):
    contract = two_steps(make)
    with pytest.raises(errors.ChangeReasonMissing):
        propose(make, contract, {0: {"amount_minor": 1_00}}, reason=" ")


def test_an_amount_that_cannot_be_paid_is_refused(make):
    task = make.task(employer=make.employer(country="KW", currency="KWD"), currency="KWD", budget_min_minor=900_000)
    bid = make.bid(task=task, amount=Money.of("900.000", "KWD"))
    contract = make.contract(bid=bid)
    with pytest.raises(AmountNotPayable):
        propose(make, contract, {0: {"amount_minor": 900_005}})


class TestClocks:
    def delivered(self, make):
        contract = two_steps(make)
        make.deliver(make.fund(contract.milestones.get(position=1)))
        return contract, contract.milestones.get(position=1)

    def test_the_review_stands_still_while_a_request_about_it_is_open(self, make, now):
        contract, first = self.delivered(make)
        due = first.review_due_at
        change = propose(make, contract, {0: {"title": "A better draft"}}, by=contract.freelancer)
        assert list(milestone_queries.milestones_to_approve(due + DAY)) == []
        milestones.approve_by_clock(milestone_id=first.id, now=due + DAY)
        first.refresh_from_db()
        assert first.status == "delivered"

        changes.decline_change(change_id=change.id, actor=make.actor(contract.employer), now=now + 5 * DAY)
        first.refresh_from_db()
        assert (first.review_due_at, first.paused_at) == (due + 5 * DAY, None)

    def test_one_about_other_work_does_not_pause(self, make):
        contract, first = self.delivered(make)
        propose(make, contract, {1: {"title": "The end"}})
        first.refresh_from_db()
        assert first.paused_at is None

    def test_the_employer_pauses_a_version_once(self, make, now):
        contract, first = self.delivered(make)
        for number, is_paused in ((1, True), (2, False)):
            change = propose(make, contract, {0: {"title": f"Draft {number}"}}, by=contract.employer)
            first.refresh_from_db()
            assert (first.paused_at is not None) is is_paused
            changes.withdraw_change(change_id=change.id, actor=make.actor(contract.employer), now=now)
        make.deliver(first)
        propose(make, contract, {0: {"title": "Draft 3"}}, by=contract.employer)
        first.refresh_from_db()
        assert first.paused_at is not None

    def test_a_version_delivered_meanwhile_waits_too(self, make, now):
        contract = two_steps(make)
        first = make.fund(contract.milestones.get(position=1))
        change = propose(make, contract, {0: {"title": "A better draft"}})
        make.deliver(first)
        first.refresh_from_db()
        assert first.paused_at == now
        accept(make, change, now=now + DAY)
        first.refresh_from_db()
        assert (first.title, first.status, first.paused_at) == ("A better draft", "delivered", None)

    @pytest.mark.parametrize("end", ["approve", "dispute", "stop"])
    def test_the_end_of_the_work_ends_the_request(self, make, now, end):
        contract, first = self.delivered(make)
        change = propose(make, contract, {0: {"amount_minor": 1_00}})
        employer = make.actor(contract.employer)
        if end == "approve":
            milestones.approve_milestone(milestone_id=first.id, amount=None, actor=employer, now=now)
        elif end == "dispute":
            disputes.dispute_milestone(milestone_id=first.id, dispute_id=contract.id, actor=employer, now=now)
        else:
            stop = cancellations.propose_cancellation(
                contract_id=contract.id, freelancer_share_bps=0, reason="Enough", actor=employer, now=now
            )
            cancellations.accept_cancellation(proposal_id=stop.id, actor=make.actor(contract.freelancer), now=now)
        change.refresh_from_db()
        assert change.status == "lapsed"
        check_books(contract)

    def test_unanswered_requests_lapse_after_five_business_days(self, make, now, outbox_drain):
        contract, first = self.delivered(make)
        change = propose(make, contract, {0: {"amount_minor": 1_00}})
        assert list(queries.changes_to_lapse(now + 6 * DAY)) == []
        assert list(queries.changes_to_lapse(now + 8 * DAY)) == [change.id]
        changes.lapse_change(change_id=change.id, now=now + 8 * DAY)
        first.refresh_from_db()
        assert first.paused_at is None
        outbox_drain(now + 8 * DAY)
        assert Notification.objects.filter(kind="change_lapsed").count() == 2


class TestDatabase:
    def refuses(self, statement, *values):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_versions_are_append_only(self, make):
        version = ContractVersion.objects.get(contract=two_steps(make))
        self.refuses("UPDATE contracts_contractversion SET terms = '{}' WHERE id = %s", version.id)
        self.refuses("DELETE FROM contracts_contractversion WHERE id = %s", version.id)

    def test_a_request_keeps_its_words_and_one_answer(self, make):
        contract = two_steps(make)
        change = propose(make, contract, {0: {"days": 9}})
        self.refuses("UPDATE contracts_changerequest SET change = '{}' WHERE id = %s", change.id)
        self.refuses("DELETE FROM contracts_changerequest WHERE id = %s", change.id)
        self.refuses("UPDATE contracts_changerequest SET status='accepted', answered_at=now() WHERE id=%s", change.id)
        accept(make, change)
        self.refuses("UPDATE contracts_changerequest SET answer = 'No' WHERE id = %s", change.id)

    def test_milestones_add_up_to_the_contract(self, make):
        contract = two_steps(make)
        self.refuses("UPDATE contracts_milestone SET amount_minor = 1 WHERE contract_id = %s", contract.id)
        self.refuses("UPDATE contracts_contract SET amount_minor = 1 WHERE id = %s", contract.id)
        self.refuses("UPDATE contracts_milestone SET dropped_at = now() WHERE contract_id = %s", contract.id)

    def test_a_second_open_request_is_refused(self, make):
        contract = two_steps(make)
        change = propose(make, contract, {0: {"days": 9}})
        with pytest.raises(DatabaseError), transaction.atomic():
            ChangeRequest.objects.create(
                contract=contract, base=change.base, proposed_by=contract.employer, reason="x", change=change.change,
                proposed_by_user_id=change.proposed_by_user_id, proposed_at=make.now, respond_by=make.now,
            )  # fmt: skip


def test_policies_answer_for_buttons(make):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"days": 9}}, by=contract.employer)
    assert policies.can_answer_change(make.actor(contract.freelancer), change)
    assert not policies.can_answer_change(make.actor(contract.freelancer, "viewer"), change)
    assert not policies.can_propose_change(make.actor(contract.employer, "finance"), contract)


def test_drafts_with_milestones_of_another_contract_are_refused(make):
    contract, other = two_steps(make), two_steps(make)
    draft = edited(contract)
    stranger = edited(other).steps[0]
    with pytest.raises(errors.MilestoneUnknown):
        propose(make, contract, draft=terms.Draft((*draft.steps, stranger), draft.criteria, draft.revisions))
