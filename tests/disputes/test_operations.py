from datetime import timedelta

import pytest

from apps.accounts.policies import OwnCase
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.contracts.models import Milestone
from apps.contracts.operations import cancellations, milestones
from apps.contracts.operations.cancellations import DisputeOpen
from apps.contracts.operations.milestones import NothingHeld
from apps.disputes import operations, policies, queries, rules
from apps.disputes.models import Dispute, SplitProposal
from apps.escrow.operations import releases
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.moderation.models import AuditEntry
from apps.notifications import rules as params
from apps.notifications.models import Notification
from apps.payments.models import Refund
from tests.conftest import NOON
from tests.make.disputes import dispute

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def sides(make, outcome: Dispute):
    contract = outcome.milestone.contract
    return make.actor(contract.employer), make.actor(contract.freelancer)


def sound_books() -> bool:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches} == {}


@pytest.mark.parametrize("by", ["employer", "freelancer"])
def test_either_side_opens_and_the_money_is_frozen(make, by):
    result = dispute(make, by=by)

    milestone = Milestone.objects.select_related("escrow").get(id=result.milestone_id)
    assert (milestone.status, milestone.escrow.status, milestone.disputed_from) == ("disputed", "disputed", "delivered")
    assert result.amount == EUR("900.00") == books.balance(chart.hold_dispute(result.id, "EUR"))
    respondent = result.respondent
    assert result.answer_due_at == rules.answer_due_at(
        NOON, None, country=respondent.country, time_zone=respondent.time_zone
    )
    assert result.last_moment == milestone.escrow.hold_until - timedelta(days=3)
    assert result.proposals.get().freelancer_part == EUR("100.00")


def test_while_it_is_open_nothing_else_moves_the_money(make):
    result = dispute(make)
    employer, freelancer = sides(make, result)
    contract = result.milestone.contract
    after_review = NOON + timedelta(days=60)

    milestones.approve_by_clock(milestone_id=result.milestone_id, now=after_review)
    with pytest.raises(IllegalTransition):
        milestones.approve_milestone(milestone_id=result.milestone_id, amount=None, actor=employer, now=NOON)
    with pytest.raises(IllegalTransition):
        make.deliver(result.milestone)
    with pytest.raises(DisputeOpen):
        cancellations.propose_cancellation(
            contract_id=contract.id, freelancer_share_bps=0, reason="Enough", actor=employer, now=NOON
        )
    with pytest.raises(policies.AlreadyDisputed):
        operations.open_dispute(
            milestone_id=result.milestone_id, reason="other", text="Also", source_language="en",
            freelancer_part=EUR("0.00"), actor=freelancer, now=NOON,
        )  # fmt: skip
    assert books.balance(chart.hold_dispute(result.id, "EUR")) == EUR("900.00")


def test_a_proposal_made_before_the_dispute_can_not_be_accepted_during_it(make):
    milestone = make.milestone(status="delivered")
    contract = milestone.contract
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    stop = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="Enough", actor=employer, now=NOON
    )
    operations.open_dispute(
        milestone_id=milestone.id, reason="not_paid", text="It is done.", source_language="en",
        freelancer_part=EUR("900.00"), actor=freelancer, now=NOON,
    )  # fmt: skip

    with pytest.raises(DisputeOpen):
        cancellations.accept_cancellation(proposal_id=stop.id, actor=freelancer, now=NOON)


def test_accepting_the_other_sides_split_settles_without_staff(make, outbox_drain):
    result = dispute(make, by="freelancer", status="settled", part="600.00")

    milestone = result.milestone
    milestone.refresh_from_db()
    payee = milestone.contract.freelancer_id
    assert milestone.status == "split"
    assert (result.freelancer_part, result.employer_part) == (EUR("600.00"), EUR("300.00"))
    assert books.balance(chart.payable(payee, "EUR")) == EUR("540.00")
    assert Refund.objects.get(reference_id=milestone.escrow_id).amount == EUR("315.00")
    milestone.contract.refresh_from_db()
    assert milestone.contract.status == "split"
    outbox_drain()
    notifications = Notification.objects.filter(kind="contract_split")
    assert {str(item.params["freelancer"]) for item in notifications} == {str(params.money(EUR("600.00")))}
    assert not Notification.objects.filter(kind="contract_completed").exists()
    assert Notification.objects.filter(kind="dispute_settled").count() == 2
    assert not AuditEntry.objects.exists()
    assert sound_books()


def test_one_accepts_what_the_other_proposes_and_only_the_newest(make):
    result = dispute(make)
    employer, freelancer = sides(make, result)
    first = result.proposals.get()
    with pytest.raises(policies.OnlyTheOtherSide):
        operations.accept_split(proposal_id=first.id, actor=employer, now=NOON)
    second = operations.propose_split(dispute_id=result.id, freelancer_part=EUR("450.00"), actor=employer, now=NOON)
    with pytest.raises(policies.ProposalGone):
        operations.accept_split(proposal_id=first.id, actor=freelancer, now=NOON)
    own = operations.propose_split(dispute_id=result.id, freelancer_part=EUR("900.00"), actor=freelancer, now=NOON)

    operations.accept_split(proposal_id=second.id, actor=freelancer, now=NOON)

    assert list(SplitProposal.objects.order_by("proposed_at", "id").values_list("status", flat=True)) == [
        "replaced",
        "accepted",
        "moot",
    ]
    assert own.dispute.id == result.id
    with pytest.raises(IllegalTransition):
        operations.accept_split(proposal_id=second.id, actor=freelancer, now=NOON)


@pytest.mark.parametrize("part", ["0.00", "900.00", "333.33"])
def test_staff_decide_with_reasons_that_both_read_and_that_are_logged(make, outbox_drain, part):
    result = dispute(make, status="decided", part=part)

    milestone = Milestone.objects.get(id=result.milestone_id)
    assert milestone.status == {"0.00": "refunded", "900.00": "approved", "333.33": "split"}[part]
    assert result.freelancer_part == EUR(part)
    assert result.decision_reasons
    outbox_drain(result.ended_at)
    notifications = Notification.objects.filter(kind="dispute_decided")
    assert {item.user_id for item in notifications} == {
        membership.user_id for side in (result.opened_by, result.respondent) for membership in side.memberships.all()
    }
    logged = AuditEntry.objects.get(action="disputes.decide")
    assert (logged.subject_id, logged.reason, logged.actor_id) == (
        str(result.id),
        result.decision_reasons,
        result.decided_by_id,
    )
    assert sound_books()


def test_staff_wait_for_the_answer_or_its_date(make):
    result = dispute(make)
    staff = make.staff_actor()
    values = {"dispute_id": result.id, "freelancer_part": EUR("0.00"), "reasons": "Because", "actor": staff}
    with pytest.raises(policies.TooEarly):
        operations.decide(now=result.answer_due_at - timedelta(seconds=1), **values)

    _, freelancer = sides(make, result)
    operations.say(dispute_id=result.id, text="No.", source_language="en", actor=freelancer, now=NOON)
    operations.decide(now=NOON, **values)

    result.refresh_from_db()
    assert result.status == "decided"


def test_nobody_decides_their_own_case_and_never_without_reasons(make):
    result = dispute(make, status="answered")
    values = {"dispute_id": result.id, "freelancer_part": EUR("0.00"), "now": NOON}
    insider = make.staff_actor()
    result.opened_by.memberships.create(user_id=insider.user_id, role="member")
    with pytest.raises(OwnCase):
        operations.decide(reasons="Because", actor=insider, **values)
    with pytest.raises(policies.StaffOnly):
        operations.decide(reasons="Because", actor=sides(make, result)[0], **values)
    with pytest.raises(policies.ReasonsMissing):
        operations.decide(reasons=" ", actor=make.staff_actor(), **values)
    with pytest.raises(policies.ShareOutOfRange):
        operations.decide(
            dispute_id=result.id, freelancer_part=EUR("900.01"), reasons="More", actor=make.staff_actor(), now=NOON
        )


def test_a_withdrawn_dispute_gives_the_review_window_back(make):
    result = dispute(make)
    due = result.milestone.review_due_at
    employer, freelancer = sides(make, result)
    with pytest.raises(policies.OnlyTheOpenerWithdraws):
        operations.withdraw(dispute_id=result.id, actor=freelancer, now=NOON)

    operations.withdraw(dispute_id=result.id, actor=employer, now=NOON + timedelta(days=4))

    milestone = Milestone.objects.get(id=result.milestone_id)
    sunday = due + timedelta(days=4)  # not a business day of the employer
    assert (milestone.status, milestone.review_due_at) == ("delivered", sunday + timedelta(days=1))
    assert books.balance(chart.escrow_held(milestone.escrow_id, "EUR")) == EUR("900.00")
    assert sound_books()
    milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=NOON)


@pytest.mark.parametrize(("status", "after"), [("funded", "funded"), ("in_revision", "in_revision")])
def test_work_goes_on_where_it_stood(make, status, after):
    milestone = make.milestone(status=status)
    freelancer = make.actor(milestone.contract.freelancer)
    result = operations.open_dispute(
        milestone_id=milestone.id, reason="no_answer", text="No answer for weeks.", source_language="en",
        freelancer_part=EUR("900.00"), actor=freelancer, now=NOON,
    )  # fmt: skip
    operations.withdraw(dispute_id=result.id, actor=freelancer, now=NOON)
    assert Milestone.objects.get(id=milestone.id).status == after


def test_the_limit_of_holding_ends_a_dispute_that_nobody_ended(make, outbox_drain):
    result = dispute(make, status="answered")
    milestone = Milestone.objects.select_related("escrow").get(id=result.milestone_id)

    releases.end_hold(escrow_id=milestone.escrow_id, now=result.last_moment)
    outbox_drain(result.last_moment)

    result.refresh_from_db()
    milestone.refresh_from_db()
    assert (result.status, result.freelancer_part, milestone.status) == ("lapsed", EUR("0.00"), "refunded")
    assert Notification.objects.filter(kind="dispute_lapsed").count() == 2
    assert operations.lapse(milestone_id=milestone.id, now=result.last_moment) is None
    assert sound_books()


@pytest.mark.parametrize("status", ["planned", "approved"])
def test_there_is_nothing_to_dispute_where_nothing_is_held(make, status):
    milestone = make.milestone(status=status)
    with pytest.raises((IllegalTransition, NothingHeld, NotAllowed, policies.contracts.NotAtWork)):
        operations.open_dispute(
            milestone_id=milestone.id, reason="other", text="Hm", source_language="en",
            freelancer_part=EUR("0.00"), actor=make.actor(milestone.contract.employer), now=NOON,
        )  # fmt: skip
    assert not Dispute.objects.exists()


def test_strangers_and_roles_without_the_right_open_nothing(make):
    milestone = make.milestone(status="delivered")
    contract = milestone.contract
    for actor in (make.actor(make.employer()), make.actor(contract.employer, "viewer")):
        with pytest.raises(NotAllowed):
            operations.open_dispute(
                milestone_id=milestone.id, reason="other", text="Hm", source_language="en",
                freelancer_part=EUR("0.00"), actor=actor, now=NOON,
            )  # fmt: skip


def test_the_other_side_is_notified_of_every_step(make, outbox_drain):
    result = dispute(make, status="answered")
    employer, _ = sides(make, result)
    operations.propose_split(dispute_id=result.id, freelancer_part=EUR("500.00"), actor=employer, now=NOON)
    outbox_drain()
    kinds = set(
        Notification.objects.filter(
            user__in=[membership.user for membership in result.respondent.memberships.all()]
        ).values_list("kind", flat=True)
    )
    assert {"dispute_opened", "split_proposed"} <= kinds
    assert "dispute_said" not in kinds
    assert Notification.objects.filter(kind="dispute_said").count() == 1


def test_a_hold_left_by_a_finished_dispute_is_found(make):
    result = dispute(make)
    assert queries.finished_but_holding() == 0
    Dispute.objects.filter(id=result.id).update(status="withdrawn")
    assert queries.finished_but_holding() == 1
