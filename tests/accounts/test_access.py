"""Every cell of the table of acts, sides and roles, asked of the guards that operations ask."""

import json
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command

from apps.accounts import policies, rules
from apps.accounts.rules import Act, Side
from apps.accounts.states import Role, StaffRole
from apps.bidding import policies as bidding
from apps.common.actors import Actor
from apps.common.errors import DomainError
from apps.contracts import policies as contracts
from apps.disputes import policies as disputes
from apps.escrow import policies as escrow
from apps.frameworks import policies as frameworks
from apps.gateways import policies as gateway_policies
from apps.invoicing import policies as invoicing
from apps.matching import policies as matching
from apps.messaging import policies as messaging
from apps.moderation import policies as moderation
from apps.payments import policies as payments
from apps.payouts import policies as payout_policies
from apps.quality import policies as quality
from apps.reviews import policies as reviews
from apps.spending import policies as spending
from apps.tasks import policies as tasks
from tests.conftest import NOON

EMPLOYER, FREELANCER = uuid4(), uuid4()
LATER = NOON + timedelta(days=1)

# Recorded a second time, by hand: who may, by side. O owner, M manager, F finance, B member, V viewer.
EXPECTED = {
    Act.CHANGE_PROFILE: {Side.OWN: "OM"},
    Act.CHANGE_ORGANIZATION: {Side.OWN: "OM"},
    Act.CHANGE_COUNTRY: {Side.OWN: "OM"},
    Act.MANAGE_MEMBERS: {Side.OWN: "OM"},
    Act.MAKE_KEY: {Side.OWN: "OMFBV"},
    Act.MANAGE_TASK: {Side.EMPLOYER: "OMB"},
    Act.ANSWER_INVITATION: {Side.FREELANCER: "OMB"},
    Act.BID: {Side.FREELANCER: "OMB"},
    Act.READ_BIDS: {Side.EMPLOYER: "OMFBV", Side.STAFF: "modfinsupadm"},
    Act.JUDGE_BIDS: {Side.EMPLOYER: "OM"},
    Act.SET_AWARD_CRITERIA: {Side.EMPLOYER: "OM"},
    Act.SCORE_BIDS: {Side.EMPLOYER: "OMB"},
    Act.AGREE_ON_SCORES: {Side.EMPLOYER: "OM"},
    Act.ANSWER_OFFER: {Side.FREELANCER: "OMB"},
    Act.TAKE_BACK_OFFER: {Side.EMPLOYER: "OM"},
    Act.AGREE_ON_FRAMEWORK: {Side.EMPLOYER: "OM", Side.FREELANCER: "OMB"},
    Act.FUND: {Side.EMPLOYER: "OMF"},
    Act.ASK_TO_FUND: {Side.EMPLOYER: "OM"},
    Act.DELIVER: {Side.FREELANCER: "OMB"},
    Act.REQUEST_REVISION: {Side.EMPLOYER: "OMF"},
    Act.APPROVE: {Side.EMPLOYER: "OMF"},
    Act.LEAVE_UNFUNDED: {Side.FREELANCER: "OMB"},
    Act.PROPOSE_STOP: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.ANSWER_STOP: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.CHANGE_TERMS: {Side.EMPLOYER: "OM", Side.FREELANCER: "OMB"},
    Act.GIVE_NOTICE: {Side.EMPLOYER: "OM"},
    Act.END_LATE_WORK: {Side.EMPLOYER: "OMF"},
    Act.APPEAL_LATE_END: {Side.FREELANCER: "OMB"},
    Act.ANSWER_LATE_APPEAL: {Side.STAFF: "modadm"},
    Act.OPEN_DISPUTE: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.SPEAK_IN_DISPUTE: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OMB"},
    Act.PROPOSE_SPLIT: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.ACCEPT_SPLIT: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.WITHDRAW_DISPUTE: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.WRITE_MESSAGE: {Side.EMPLOYER: "OMB", Side.FREELANCER: "OMB"},
    Act.REVIEW: {Side.EMPLOYER: "OMB", Side.FREELANCER: "OMB"},
    Act.REPLY_TO_REVIEW: {Side.EMPLOYER: "OMB", Side.FREELANCER: "OMB"},
    Act.OBJECT: {Side.OWN: "OMB"},
    Act.SEE_MONEY: {Side.OWN: "OMFBV", Side.STAFF: "modfinsupadm"},
    Act.PAY: {Side.OWN: "OMF"},
    Act.WITHDRAW: {Side.OWN: "OF"},
    Act.CHANGE_PAYOUT_ACCOUNT: {Side.OWN: "OF"},
    Act.SET_AUTOMATIC_PAYOUTS: {Side.OWN: "OF"},
    Act.MOVE_HELD_MONEY: {Side.EMPLOYER: "OMF", Side.FREELANCER: "OF"},
    Act.CHANGE_BILLING_DETAILS: {Side.OWN: "OMF"},
    Act.SEE_SPENDING: {Side.OWN: "OMFBV"},
    Act.SET_SPENDING_RULE: {Side.OWN: "OM"},
    Act.LOOSEN_SPENDING_RULE: {Side.OWN: "OM"},
    Act.MANAGE_BUDGETS: {Side.OWN: "OM"},
    Act.DECIDE_SPENDING: {Side.OWN: "OMF"},
    Act.GRANT_STAFF_ROLE: {Side.STAFF: "adm"},
    Act.CLEAR_COUNTRY: {Side.STAFF: "finadm"},
    Act.HIDE_PROFILE: {Side.STAFF: "modadm"},
    Act.HIDE_TASK: {Side.STAFF: "modadm"},
    Act.ARRANGE_INBOX: {Side.OWN: "OMB"},
    Act.HIDE_MESSAGE: {Side.STAFF: "modadm"},
    Act.MODERATE: {Side.STAFF: "modadm"},
    Act.DECIDE_DISPUTE: {Side.STAFF: "modadm"},
    Act.RUN_TREASURY: {Side.STAFF: "finadm"},
    Act.GIVE_GOODWILL: {Side.STAFF: "finadm"},
    Act.LOOK_AT_QUALITY: {Side.STAFF: "modadm"},
    Act.RUN_RANKING: {Side.STAFF: "adm"},
    Act.PAUSE_PAYMENTS: {Side.STAFF: "finadm"},
    Act.DECIDE_RECOVERY: {Side.STAFF: "modadm"},
    Act.APPEAL_RECOVERY: {Side.OWN: "OF"},
    Act.ANSWER_RECOVERY_APPEAL: {Side.STAFF: "modadm"},
    Act.RUN_AGAIN: {Side.STAFF: "adm"},
    Act.SEE_LEGAL_TEXTS: {Side.STAFF: "adm"},
    Act.PUBLISH_LEGAL_TEXT: {Side.STAFF: "adm"},
}
LETTERS = {Role.OWNER: "O", Role.MANAGER: "M", Role.FINANCE: "F", Role.MEMBER: "B", Role.VIEWER: "V"}
SIDES = {Side.EMPLOYER: EMPLOYER, Side.FREELANCER: FREELANCER, Side.OWN: EMPLOYER, Side.STAFF: None}


def _contract(status: str = "active", **fields):
    values = {"employer_id": EMPLOYER, "freelancer_id": FREELANCER, "status": status, "revisions_included": 2}
    return SimpleNamespace(**(values | fields))


def _framework():
    return SimpleNamespace(employer_id=EMPLOYER, freelancer_id=FREELANCER, status="in_force", notice_at=None)


def _milestone(status: str):
    return SimpleNamespace(contract=_contract(), status=status, revisions_used=0)


def _notice(status: str):
    milestone = _milestone("funded")
    milestone.due_at = NOON
    return SimpleNamespace(milestone=milestone, status=status, deliver_by=NOON, ended_at=NOON)


def _task(**fields):
    values = {"employer_id": EMPLOYER, "status": "open", "bidding_closes_at": LATER, "hidden_at": None,
              "visibility": "public", "created_at": NOON, "bid_window": "open"}  # fmt: skip
    return SimpleNamespace(**(values | fields))


def _bid():
    return SimpleNamespace(bidder_id=FREELANCER, status="submitted", task=_task(status="deciding"))


def _dispute():
    return SimpleNamespace(
        milestone=_milestone("disputed"),
        status="open",
        opened_by_id=None,
        respondent_id=None,
        answer_due_at=NOON,
        opened_at=NOON,
    )


def _opened_by(actor: Actor):
    dispute = _dispute()
    dispute.opened_by_id = actor.organization_id
    return dispute


def _split(actor: Actor):
    other = FREELANCER if actor.organization_id == EMPLOYER else EMPLOYER
    return SimpleNamespace(organization_id=other, status="open")


def _proposal(actor: Actor):
    other = FREELANCER if actor.organization_id == EMPLOYER else EMPLOYER
    return SimpleNamespace(proposed_by_id=other, contract=_contract())


def _recovery(status: str):
    return SimpleNamespace(
        status=status, appeal_by=LATER, decided_by_id=uuid4(), escrow=SimpleNamespace(payee_id=EMPLOYER)
    )


ESCROW = SimpleNamespace(id=uuid4(), payer_id=EMPLOYER, payee_id=FREELANCER, opened_at=NOON)

# For each act the guard that its operation asks, with work in a state that allows it. Acts whose operation asks the
# table alone are left to `policies.check_may`, which is the guard there.
GUARDS = {
    Act.MANAGE_TASK: lambda actor: tasks.check_can_manage(actor, _task(), "close"),
    Act.ANSWER_INVITATION: lambda actor: tasks.check_can_answer_invitation(actor, FREELANCER),
    Act.HIDE_TASK: tasks.check_can_hide,
    Act.JUDGE_BIDS: lambda actor: bidding.check_can_judge(actor, _task(status="deciding"), NOON),
    Act.BID: lambda actor: bidding.check_can_withdraw(actor, _bid()),
    Act.READ_BIDS: lambda actor: bidding.check_can_read(actor, _bid(), NOON),
    Act.ANSWER_OFFER: lambda actor: contracts.check_can_answer_offer(actor, _contract("offered")),
    Act.TAKE_BACK_OFFER: lambda actor: contracts.check_can_take_back(actor, _contract("offered")),
    Act.AGREE_ON_FRAMEWORK: lambda actor: frameworks.check_can_give_notice(actor, _framework()),
    Act.FUND: lambda actor: contracts.check_can_fund(actor, _milestone("planned")),
    Act.DELIVER: lambda actor: contracts.check_can_deliver(actor, _milestone("funded")),
    Act.REQUEST_REVISION: lambda actor: contracts.check_can_request_revision(actor, _milestone("delivered")),
    Act.APPROVE: lambda actor: contracts.check_can_approve(actor, _milestone("delivered")),
    Act.LEAVE_UNFUNDED: lambda actor: contracts.check_can_leave(actor, _contract(), ["planned"], has_bonus=False),
    Act.PROPOSE_STOP: lambda actor: contracts.check_can_propose_cancellation(actor, _contract()),
    Act.ANSWER_STOP: lambda actor: contracts.check_can_answer_cancellation(actor, _proposal(actor)),
    Act.CHANGE_TERMS: lambda actor: contracts.check_can_propose_change(actor, _contract()),
    Act.GIVE_NOTICE: lambda actor: contracts.check_can_give_notice(actor, _notice("running").milestone, LATER),
    Act.END_LATE_WORK: lambda actor: contracts.check_can_enforce_notice(actor, _notice("running"), LATER),
    Act.APPEAL_LATE_END: lambda actor: contracts.check_can_appeal_notice(actor, _notice("enforced"), LATER),
    Act.ANSWER_LATE_APPEAL: contracts.check_can_see_appeals,
    Act.OPEN_DISPUTE: lambda actor: disputes.check_can_open(actor, _milestone("delivered")),
    Act.SPEAK_IN_DISPUTE: lambda actor: disputes.check_can_speak(actor, _dispute()),
    Act.PROPOSE_SPLIT: lambda actor: disputes.check_can_propose(actor, _dispute()),
    Act.ACCEPT_SPLIT: lambda actor: disputes.check_can_accept(actor, _dispute(), _split(actor)),
    Act.WITHDRAW_DISPUTE: lambda actor: disputes.check_can_withdraw(actor, _opened_by(actor)),
    Act.DECIDE_DISPUTE: disputes.check_is_staff,
    Act.WRITE_MESSAGE: lambda actor: messaging.check_can_write(actor, _contract()),
    Act.HIDE_MESSAGE: messaging.check_can_hide,
    Act.REPLY_TO_REVIEW: lambda actor: reviews.check_can_reply(
        actor,
        SimpleNamespace(
            contract=_contract(),
            subject_id=FREELANCER if actor.organization_id == FREELANCER else EMPLOYER,
            published_at=NOON,
            replied_at=None,
        ),
    ),
    Act.MODERATE: moderation.check_is_staff,
    Act.PAY: lambda actor: payments.check_can_pay(actor, EMPLOYER),
    Act.WITHDRAW: lambda actor: payout_policies.check_can_withdraw(actor, EMPLOYER),
    Act.CHANGE_PAYOUT_ACCOUNT: lambda actor: payout_policies.check_can_change_account(actor, EMPLOYER),
    Act.SET_AUTOMATIC_PAYOUTS: lambda actor: payout_policies.check_can_set_automatic(actor, EMPLOYER),
    Act.SEE_MONEY: lambda actor: payments.check_can_see_money(actor, EMPLOYER),
    Act.RUN_TREASURY: gateway_policies.check_is_staff,
    Act.MOVE_HELD_MONEY: lambda actor: escrow.check_can_freeze(actor, ESCROW),
    Act.GIVE_GOODWILL: lambda actor: escrow.check_can_give_goodwill(actor, "a reason"),
    Act.CHANGE_BILLING_DETAILS: lambda actor: invoicing.check_can_change_details(actor, EMPLOYER),
    Act.SEE_SPENDING: lambda actor: spending.check_can_see(actor, EMPLOYER),
    Act.SET_SPENDING_RULE: lambda actor: spending.check_can_set_rule(actor, EMPLOYER),
    Act.LOOSEN_SPENDING_RULE: lambda actor: spending.check_can_loosen(actor, EMPLOYER),
    Act.MANAGE_BUDGETS: lambda actor: spending.check_can_manage(actor, EMPLOYER),
    Act.GRANT_STAFF_ROLE: lambda actor: policies.check_can_grant_staff_role(actor, uuid4()),
    Act.PUBLISH_LEGAL_TEXT: lambda actor: policies.check_staff_may(actor, Act.PUBLISH_LEGAL_TEXT),
    Act.LOOK_AT_QUALITY: quality.check_can_see,
    Act.RUN_RANKING: matching.check_is_staff,
    Act.PAUSE_PAYMENTS: gateway_policies.check_can_pause,
    Act.DECIDE_RECOVERY: lambda actor: escrow.check_can_decide_recovery(actor, "a reason"),
    Act.APPEAL_RECOVERY: lambda actor: escrow.check_can_appeal(actor, _recovery("decided"), NOON),
    Act.ANSWER_RECOVERY_APPEAL: lambda actor: escrow.check_can_answer_appeal(
        actor, _recovery("appealed"), "a reason", NOON
    ),
}


def _member(role: str, organization_id: UUID | None, **fields) -> Actor:
    return Actor(
        user_id=uuid4(), organization_id=organization_id, capabilities=rules.capabilities(role), has_fresh_login=True,
        **fields,
    )  # fmt: skip


def _staff(role: str, **fields) -> Actor:
    return Actor(
        user_id=uuid4(), is_staff=True, staff_capabilities=rules.staff_capabilities(frozenset({role})),
        has_fresh_login=True, **fields,
    )  # fmt: skip


def _asks(act: Act, side: Side, actor: Actor) -> bool:
    guard = GUARDS.get(act)
    try:
        if guard is not None:
            guard(actor)
        elif side == Side.STAFF:
            policies.check_staff_may(actor, act)
        else:
            policies.check_may(actor, act, SIDES[side], side)
    except DomainError:
        return False
    return True


CELLS = [(act, side, role) for act in Act for side in rules.ACTS[act].capability if side != Side.STAFF for role in Role]
STAFF_CELLS = [(act, role) for act in Act if Side.STAFF in rules.ACTS[act].capability for role in StaffRole]


def test_every_act_is_in_the_table_and_in_the_expected_one():
    assert set(rules.ACTS) == set(Act) == set(EXPECTED)
    assert all(set(rules.ACTS[act].capability) == set(EXPECTED[act]) for act in Act)


@pytest.mark.parametrize(("act", "side", "role"), CELLS)
def test_a_role_on_a_side_may_what_the_table_says_and_nothing_more(act, side, role, monkeypatch):
    # Who belongs to both sides is asked of the database: tests/accounts/test_related.py.
    monkeypatch.setattr(policies.related, "sides_of_person", lambda *arguments, **more: set())
    may = LETTERS[role] in EXPECTED[act][side]

    assert _asks(act, side, _member(role, SIDES[side])) is may
    assert _asks(act, side, _member(role, uuid4())) is False  # of a third organization, whatever the role


@pytest.mark.parametrize(("act", "role"), STAFF_CELLS)
@pytest.mark.django_db
def test_a_role_of_the_staff_may_what_the_table_says_and_nothing_more(act, role):
    assert _asks(act, Side.STAFF, _staff(role)) is (str(role)[:3] in EXPECTED[act][Side.STAFF])
    if Side.EMPLOYER not in EXPECTED[act] and Side.OWN not in EXPECTED[act]:
        assert not any(_asks(act, Side.STAFF, _member(other, EMPLOYER)) for other in Role)


@pytest.mark.parametrize("act", [act for act in Act if rules.ACTS[act].disposes_of_held_money])
def test_what_disposes_of_held_money_asks_for_a_capability_of_money(act):
    for side, capability in rules.ACTS[act].capability.items():
        assert capability in rules.MONEY or (side == Side.STAFF and capability in (rules.FINANCE, rules.DECIDE))


@pytest.mark.parametrize("act", [act for act in Act if rules.ACTS[act].needs_fresh_login])
def test_what_needs_a_fresh_login_is_refused_without_and_to_every_key(act):
    side = next(iter(rules.ACTS[act].capability))
    everything = frozenset().union(*rules.CAPABILITIES.values())
    stale = Actor(
        user_id=uuid4(), organization_id=EMPLOYER, capabilities=everything, is_staff=True,
        staff_capabilities=frozenset().union(*rules.STAFF_CAPABILITIES.values()),
    )  # fmt: skip
    key = Actor(user_id=uuid4(), organization_id=EMPLOYER, capabilities=everything, key_scopes=frozenset({"money"}))

    guard = GUARDS.get(act, lambda actor: policies.check_may(actor, act, EMPLOYER, side))
    with pytest.raises(policies.FreshLoginNeeded):
        guard(stale)
    with pytest.raises((policies.NotByKey, policies.StaffOnly)):
        guard(key)


def test_the_table_is_printed_by_a_command():
    out, table = StringIO(), StringIO()
    call_command("acts", json=True, stdout=out)
    call_command("acts", stdout=table)

    rows = json.loads(out.getvalue())
    assert {row["act"] for row in rows} == {str(act) for act in Act}
    stop = next(row for row in rows if row["act"] == "contracts.propose_stop" and row["side"] == "freelancer")
    assert stop["roles"] == ["owner", "finance"]
    assert "| `contracts.propose_stop` | freelancer | yes | – | yes | – | – | yes |" in table.getvalue()
