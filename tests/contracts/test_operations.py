from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import policies as roles
from apps.bidding import policies as bidding_policies
from apps.bidding.rules import MilestoneDraft
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.fingerprints import fingerprint
from apps.common.money import Money
from apps.contracts import policies, rules
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import cancellations, milestones, offers, reminders
from apps.contracts.operations.milestones import Check
from apps.contracts.queries import contracts, timeline
from apps.contracts.queries import milestones as milestone_queries
from apps.escrow.queries import escrows
from apps.ledger import chart
from apps.ledger.queries import books
from apps.outbox.models import Event
from apps.tasks.models import Task

DAY = timedelta(days=1)
BERLIN, LAGOS = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Lagos")
REVIEW_END = datetime(2026, 11, 11, 23, 59, 59, tzinfo=BERLIN)
"""The employer's tenth business day after `NOON`, a Wednesday."""


def payable(contract):
    return books.balance(chart.payable(contract.freelancer_id, contract.currency))


def test_an_award_keeps_the_brief_as_it_stood(make):
    contract = make.contract(status="offered")
    assert contract.amount == Money.of("900.00", "EUR")
    assert contract.terms["criteria"] == ["All twelve pages are translated", "Terms follow the glossary"]
    assert fingerprint(contract.terms) == contract.terms_sha256
    assert [step.amount for step in milestone_queries.milestones(contract.id)] == [contract.amount]
    assert Task.objects.get(id=contract.task_id).status == "awarded"


def test_only_one_bid_is_awarded(make, now):
    contract = make.contract(status="offered")
    with pytest.raises(IllegalTransition):
        make.contract(bid=contract.bid, status="offered")
    assert Contract.objects.count() == 1


def test_a_sealed_bid_is_not_awarded_before_the_window_closes(make):
    bid = make.bid(task=make.task(bid_window="sealed"))
    with pytest.raises(bidding_policies.StillSealed):
        make.contract(bid=bid, status="offered")


def test_accepting_tells_the_other_bidders(make, now):
    winner = make.bid(milestones=(MilestoneDraft("Draft", 400_00, 4), MilestoneDraft("Final", 500_00, 6)))
    other = make.bid(task=winner.task)
    contract = make.contract(bid=winner)

    assert [step.due_at for step in milestone_queries.milestones(contract.id)] == [None, None]
    other.refresh_from_db()
    winner.refresh_from_db()
    assert (winner.status, other.status) == ("accepted", "not_taken")


def test_the_time_to_deliver_runs_from_the_funding(make, now):
    bid = make.bid(milestones=(MilestoneDraft("Draft", 400_00, 4), MilestoneDraft("Final", 500_00, 6)))
    contract = make.contract(bid=bid)
    make.now = now + 3 * DAY
    make.milestone(contract=contract, status="funded")
    first, second = milestone_queries.milestones(contract.id)
    assert (first.due_at, second.due_at) == (now + 7 * DAY, None)


def test_a_declined_offer_lets_the_employer_choose_again(make, now):
    contract = make.contract(status="declined")
    assert Task.objects.get(id=contract.task_id).status == "deciding"
    with pytest.raises(IllegalTransition):
        offers.accept_offer(contract_id=contract.id, actor=make.actor(contract.freelancer), now=now)


def test_an_offer_taken_back_leaves_the_bid_standing(make, now):
    contract = make.contract(status="offered")
    offers.take_back_offer(contract_id=contract.id, actor=make.actor(contract.employer), now=now)
    contract.bid.refresh_from_db()
    assert contract.bid.status == "submitted"


def test_an_unanswered_offer_lapses_by_the_clock(make, now):
    contract = make.contract(status="offered")
    end = datetime(2026, 11, 4, 23, 59, 59, tzinfo=LAGOS)  # the freelancer's fifth business day after a Wednesday
    assert contract.respond_by == end
    assert list(contracts.offers_to_lapse(end - timedelta(seconds=1))) == []
    assert list(contracts.offers_to_lapse(end)) == [contract.id]
    assert offers.lapse_offer(contract_id=contract.id, now=end).status == "lapsed"


def test_only_the_freelancer_answers_an_offer(make, now):
    contract = make.contract(status="offered")
    with pytest.raises(roles.NotYours):
        offers.accept_offer(contract_id=contract.id, actor=make.actor(contract.employer), now=now)


def test_work_is_delivered_only_when_funded(make):
    with pytest.raises(IllegalTransition):
        make.deliver(make.milestone())


def test_a_delivery_answers_every_line_of_the_checklist(make):
    milestone = make.milestone(status="funded")
    with pytest.raises(milestones.ChecklistIncomplete):
        make.deliver(milestone, checks=[])


def test_a_line_that_is_not_met_is_explained(make):
    milestone = make.milestone(status="funded")
    first, second = milestone.contract.criteria.all()
    with pytest.raises(milestones.ChecklistIncomplete):
        make.deliver(milestone, checks=[Check(first.id, True), Check(second.id, False, "  ")])
    assert Milestone.objects.get(id=milestone.id).status == "funded"
    result = make.deliver(milestone, checks=[Check(first.id, True), Check(second.id, False, "Page 3 is open")])
    assert result.checks.get(criterion=second).note == "Page 3 is open"


@pytest.mark.parametrize("links", [[], ["", "   "]])
def test_a_delivery_without_file_or_link_is_refused_and_starts_no_clock(make, links):
    milestone = make.milestone(status="funded")
    with pytest.raises(milestones.NothingHandedIn):
        make.deliver(milestone, links=links)
    milestone.refresh_from_db()
    assert (milestone.status, milestone.review_due_at, milestone.deliverables.count()) == ("funded", None, 0)


@pytest.mark.parametrize(
    "link",
    ["example.org", "javascript:alert(1)", "ftp://example.org/x", "https://", "https://a b.org", "http://x@y.org"],
)
def test_only_web_addresses_are_links(make, link):
    milestone = make.milestone(status="funded")
    with pytest.raises(milestones.LinkNotReadable):
        make.deliver(milestone, links=[link])
    assert Milestone.objects.get(id=milestone.id).status == "funded"


def test_a_new_version_starts_the_review_window_again(make, now):
    milestone = make.milestone(status="delivered")
    assert milestone.review_due_at == REVIEW_END
    make.now = now + 2 * DAY
    assert make.deliver(milestone).version == 2
    milestone.refresh_from_db()
    assert milestone.review_due_at == datetime(2026, 11, 13, 23, 59, 59, tzinfo=BERLIN)


def test_revisions_are_counted_and_end(make, now):
    milestone = make.milestone(status="delivered")
    employer = make.actor(milestone.contract.employer)
    for number in (1, 2):
        request = milestones.request_revision(
            milestone_id=milestone.id, text="Again", source_language="en", actor=employer, now=now
        )
        assert request.number == number
        make.deliver(milestone)
    with pytest.raises(policies.NoRevisionsLeft, match="2"):
        milestones.request_revision(
            milestone_id=milestone.id, text="Again", source_language="en", actor=employer, now=now
        )


def test_approval_pays_less_commission_and_completes_the_contract(make, now):
    milestone = make.milestone(status="approved")
    contract = milestone.contract
    assert escrows.held(milestone.escrow_id) == Money.zero("EUR")
    assert payable(contract) == Money.of("810.00", "EUR")
    contract.refresh_from_db()
    assert contract.status == "completed"
    assert Task.objects.get(id=contract.task_id).status == "completed"
    assert Event.objects.filter(name="contracts.completed").count() == 1


@pytest.mark.parametrize("status", ["funded", "delivered", "in_revision"])
def test_a_part_is_released_and_nothing_else_changes(make, now, status):
    milestone = make.milestone(status=status)
    employer = make.actor(milestone.contract.employer)
    before = (milestone.status, milestone.review_due_at, milestone.revisions_used)
    milestones.approve_milestone(milestone_id=milestone.id, amount=Money.of("300.00", "EUR"), actor=employer, now=now)
    milestone.refresh_from_db()
    assert (milestone.status, milestone.review_due_at, milestone.revisions_used) == before
    assert escrows.held(milestone.escrow_id) == Money.of("600.00", "EUR")
    with pytest.raises(milestones.MoreThanHeld):
        milestones.approve_milestone(
            milestone_id=milestone.id, amount=Money.of("600.01", "EUR"), actor=employer, now=now
        )
    milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=now)
    assert payable(milestone.contract) == Money.of("810.00", "EUR")


def test_one_cent_does_not_stop_the_clock(make, now):
    milestone = make.milestone(status="delivered")
    employer = make.actor(milestone.contract.employer)
    milestones.approve_milestone(milestone_id=milestone.id, amount=Money(1, "EUR"), actor=employer, now=now)
    assert list(milestone_queries.milestones_to_approve(REVIEW_END)) == [milestone.id]
    milestones.approve_by_clock(milestone_id=milestone.id, now=REVIEW_END)
    assert Milestone.objects.get(id=milestone.id).status == "approved"
    assert payable(milestone.contract) == Money.of("810.00", "EUR")


def test_the_timeline_says_how_much_was_released(make, now):
    milestone = make.milestone(status="delivered")
    employer = make.actor(milestone.contract.employer)
    milestones.approve_milestone(milestone_id=milestone.id, amount=Money.of("0.01", "EUR"), actor=employer, now=now)
    later = now + DAY
    milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=later)
    amounts = {item.kind: item.amount for item in timeline.timeline(milestone.contract)}
    assert amounts["milestone.approve_part"] == Money.of("0.01", "EUR")
    assert amounts["milestone.approve"] == Money.of("899.99", "EUR")


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_approval_needs_a_role_that_may(make, now, role):
    milestone = make.milestone(status="delivered")
    with pytest.raises(roles.RoleMissing):
        milestones.approve_milestone(
            milestone_id=milestone.id, amount=None, actor=make.actor(milestone.contract.employer, role), now=now
        )


def test_the_freelancer_never_approves(make, now):
    milestone = make.milestone(status="delivered")
    with pytest.raises(roles.NotYours):
        milestones.approve_milestone(
            milestone_id=milestone.id, amount=None, actor=make.actor(milestone.contract.freelancer), now=now
        )


def _late(milestone: Milestone) -> datetime:
    return (milestone.due_at or REVIEW_END + 30 * DAY) + timedelta(seconds=1)


def test_funded_work_that_is_late_is_announced_once(make, now):
    milestone = make.milestone(status="funded")
    assert list(milestone_queries.milestones_overdue(milestone.due_at)) == []

    for _ in range(2):
        for result in milestone_queries.milestones_overdue(_late(milestone)):
            reminders.notify_overdue(milestone_id=result, now=_late(milestone))
        reminders.notify_overdue(milestone_id=milestone.id, now=_late(milestone))

    [event] = Event.objects.filter(name="contracts.milestone_overdue")
    assert event.payload["milestone_id"] == str(milestone.id)


@pytest.mark.parametrize("status", ["planned", "delivered", "approved"])
def test_only_funded_work_without_a_delivery_is_announced_as_late(make, now, status):
    milestone = make.milestone(status=status)

    reminders.notify_overdue(milestone_id=milestone.id, now=_late(milestone))

    assert milestone.id not in milestone_queries.milestones_overdue(_late(milestone))
    assert not Event.objects.filter(name="contracts.milestone_overdue").exists()


def test_the_clock_announces_late_work(make, time_machine):
    from apps.contracts import jobs

    milestone = make.milestone(status="funded")
    time_machine.move_to(_late(milestone), tick=False)

    assert [jobs.keep_deadlines(), jobs.keep_deadlines()] == [1, 0]


def test_the_employer_is_reminded_of_missing_money_and_the_freelancer_is_told_in_the_end(make, now):
    make.contract()
    for day in (1, 2, 2, 4, 5, 10, 10, 30):
        for result in contracts.contracts_to_fund(now + day * DAY):
            reminders.remind_of_funding(contract_id=result, now=now + day * DAY)
    sent = [event.payload for event in Event.objects.filter(name="contracts.funding_reminder").order_by("id")]
    assert [(event["days"], event["is_last"]) for event in sent] == [(2, False), (5, False), (10, True)]


def test_reminders_of_missing_money_start_again_with_the_next_milestone(make, now):
    bid = make.bid(milestones=(MilestoneDraft("Draft", 400_00, 4), MilestoneDraft("Final", 500_00, 6)))
    contract = make.contract(bid=bid)
    milestone = make.milestone(contract=contract, status="delivered")
    contract.refresh_from_db()
    assert contract.unfunded_since is None
    assert list(contracts.contracts_to_fund(now + 30 * DAY)) == []
    milestones.approve_milestone(
        milestone_id=milestone.id, amount=None, actor=make.actor(contract.employer), now=now + 5 * DAY
    )
    contract.refresh_from_db()
    assert contract.unfunded_since == now + 5 * DAY
    assert list(contracts.contracts_to_fund(now + 6 * DAY)) == []
    assert list(contracts.contracts_to_fund(now + 7 * DAY)) == [contract.id]


def test_nobody_is_reminded_of_money_after_the_end(make, now):
    make.contract(status="completed")
    assert list(contracts.contracts_to_fund(now + 30 * DAY)) == []


def test_silence_approves_at_the_end_of_the_window_and_reminds_before(make, now):
    milestone = make.milestone(status="delivered")
    assert list(milestone_queries.milestones_to_remind(now + 10 * DAY)) == []
    for moment in (REVIEW_END - 3 * DAY, REVIEW_END - 3 * DAY, REVIEW_END - DAY, REVIEW_END - DAY):
        for result in milestone_queries.milestones_to_remind(moment):
            reminders.remind_of_review(milestone_id=result, now=moment)
    assert [event.payload["days_left"] for event in Event.objects.filter(name="contracts.review_reminder")] == [3, 1]

    milestones.approve_by_clock(milestone_id=milestone.id, now=REVIEW_END - timedelta(seconds=1))
    assert Milestone.objects.get(id=milestone.id).status == "delivered"
    for _ in range(2):
        milestones.approve_by_clock(milestone_id=milestone.id, now=REVIEW_END)

    assert Milestone.objects.get(id=milestone.id).status == "approved"
    assert payable(milestone.contract) == Money.of("810.00", "EUR")
    assert Event.objects.get(name="contracts.milestone_approved").payload["by_clock"] is True


def test_stopping_by_agreement_splits_what_is_held(make, now):
    milestone = make.milestone(status="funded")
    contract = milestone.contract
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=4000, reason="Plans changed", actor=employer, now=now
    )
    with pytest.raises(roles.NotYours):
        cancellations.accept_cancellation(proposal_id=proposal.id, actor=employer, now=now)
    with pytest.raises(cancellations.ProposalOpen):
        cancellations.propose_cancellation(
            contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=freelancer, now=now
        )

    cancellations.accept_cancellation(proposal_id=proposal.id, actor=freelancer, now=now)

    contract.refresh_from_db()
    assert contract.status == "split"
    assert escrows.held(milestone.escrow_id) == Money.zero("EUR")
    assert payable(contract) == Money.of("324.00", "EUR")
    assert Task.objects.get(id=contract.task_id).status == "closed"


@pytest.mark.parametrize(
    ("share", "milestone_end", "contract_end", "event"),
    [
        (10_000, "approved", "completed", "contracts.completed"),
        (4_000, "split", "split", "contracts.ended"),
        (0, "refunded", "refunded", "contracts.ended"),
    ],
)
def test_an_agreement_to_stop_ends_by_where_the_money_went(make, now, share, milestone_end, contract_end, event):
    milestone = make.milestone(status="funded")
    stop(make, milestone.contract, share)
    milestone.refresh_from_db()
    milestone.contract.refresh_from_db()
    assert (milestone.status, milestone.contract.status) == (milestone_end, contract_end)
    assert Event.objects.filter(name__in=["contracts.completed", "contracts.ended"]).get().name == event
    assert Task.objects.get().status == ("completed" if contract_end == "completed" else "closed")


def test_a_contract_that_stops_before_anything_is_held_is_cancelled(make, now):
    contract = make.contract()
    stop(make, contract, 0)
    contract.refresh_from_db()
    assert contract.status == "cancelled"
    assert {step.status for step in milestone_queries.milestones(contract.id)} == {"cancelled"}


def stop(make, contract, share):
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=share, reason="x", actor=employer, now=make.now
    )
    cancellations.accept_cancellation(proposal_id=proposal.id, actor=freelancer, now=make.now)


P, S, R, C = "approved", "split", "refunded", "cancelled"


@pytest.mark.parametrize(
    ("ends", "contract_end"),
    [
        ([P, P], "completed"), ([P, C], "ended_early"), ([R, R], "refunded"), ([R, C], "refunded"), ([C, C], "cancelled"),
        ([P, R], "split"), ([P, S], "split"), ([S], "split"), ([R, S, C], "split"), ([P, "funded"], None),
        ([R, "planned"], None),
    ],
)  # fmt: skip
def test_how_a_contract_ended_follows_from_its_milestones(ends, contract_end):
    assert rules.contract_end(ends) == contract_end


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_how_a_milestone_ended_says_who_got_money(released, refunded):
    end = rules.milestone_end(released=Money(released, "EUR"), refunded=Money(refunded, "EUR"))
    assert (end in ("approved", "split")) == bool(released)
    assert (end in ("refunded", "split")) == bool(refunded)


def test_a_declined_proposal_changes_nothing(make, now):
    milestone = make.milestone(status="funded")
    contract = milestone.contract
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=make.actor(contract.employer), now=now
    )
    cancellations.decline_cancellation(proposal_id=proposal.id, actor=make.actor(contract.freelancer), now=now)
    contract.refresh_from_db()
    assert contract.status == "active"
    assert escrows.held(milestone.escrow_id) == Money.of("900.00", "EUR")


def test_the_timeline_keeps_what_became_of_a_proposal(make, now):
    contract = make.contract()
    employer = make.actor(contract.employer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=employer, now=now
    )
    cancellations.withdraw_cancellation(proposal_id=proposal.id, actor=employer, now=now + DAY)
    assert [item.kind for item in timeline.timeline(contract)][-2:] == ["proposal", "proposal.withdraw"]


def test_a_proposal_is_taken_back_by_whoever_may_propose(make, now):
    contract = make.contract()
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=make.actor(contract.employer), now=now
    )
    for stranger in (make.actor(contract.employer, "viewer"), make.actor(contract.freelancer)):
        with pytest.raises(NotAllowed):
            cancellations.withdraw_cancellation(proposal_id=proposal.id, actor=stranger, now=now)
    manager = make.actor(contract.employer, "manager")
    withdrawn = cancellations.withdraw_cancellation(proposal_id=proposal.id, actor=manager, now=now)
    assert withdrawn.status == "withdrawn"


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_split_parts_sum(held, share):
    freelancer, employer = rules.split_held(Money(held, "EUR"), share)
    assert freelancer + employer == Money(held, "EUR")


def test_strangers_do_not_see_a_contract(make):
    contract = make.contract()
    assert contract not in contracts.contracts_visible_to(make.actor(make.freelancer()))
    with pytest.raises(policies.NotAParty):
        policies.check_is_party(make.actor(make.employer()), contract)


def test_the_timeline_tells_everything_in_order(make):
    milestone = make.milestone(status="in_revision")
    kinds = [item.kind for item in timeline.timeline(milestone.contract)]
    for kind in ("contract.offer", "contract.accept", "milestone.fund", "delivery", "revision"):
        assert kind in kinds


def test_the_timeline_keeps_the_order_of_what_happened_at_once(make):
    kinds = [item.kind for item in timeline.timeline(make.contract(status="completed"))]
    assert kinds.index("milestone.approve") < kinds.index("contract.complete")
