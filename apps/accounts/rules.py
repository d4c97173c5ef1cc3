"""
Who may do what: one table of acts, used by checks, buttons, the printed matrix and its test. Pure data.

It answers three questions. What does a role in an organization allow (`CAPABILITIES`)? What does a staff role allow
(`STAFF_CAPABILITIES`)? Which capability does an act need, on which side of the work (`ACTS`)? The policies of an app
name an act and a side, and add the conditions that depend on the state of the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.accounts.states import KeyScope, Role, StaffRole

VIEW, MESSAGE, POST_TASK, AWARD, BID, DELIVER, FUND, APPROVE, WITHDRAW, MANAGE_PROFILE, MANAGE_MEMBERS = (
    "view", "message", "post_task", "award", "bid", "deliver", "fund", "approve", "withdraw", "manage_profile",
    "manage_members",
)  # fmt: skip

_WORK = {VIEW, MESSAGE, POST_TASK, AWARD, BID, DELIVER, APPROVE, MANAGE_PROFILE}

CAPABILITIES: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({*_WORK, FUND, WITHDRAW, MANAGE_MEMBERS}),
    Role.MANAGER: frozenset({*_WORK, FUND, MANAGE_MEMBERS}),
    Role.FINANCE: frozenset({VIEW, FUND, APPROVE, WITHDRAW}),
    Role.MEMBER: frozenset({VIEW, MESSAGE, POST_TASK, BID, DELIVER}),
    Role.VIEWER: frozenset({VIEW}),
}
# The capabilities that decide about money; the others are about the work.
MONEY = frozenset({FUND, APPROVE, WITHDRAW})

# -- staff of the marketplace

READ, MODERATE, DECIDE, FINANCE, RANKING, ADMINISTER = (
    "read", "moderate", "decide", "finance", "ranking", "administer",
)  # fmt: skip

STAFF_CAPABILITIES: dict[str, frozenset[str]] = {
    StaffRole.MODERATOR: frozenset({READ, MODERATE, DECIDE}),
    StaffRole.FINANCE: frozenset({READ, FINANCE}),
    StaffRole.SUPPORT: frozenset({READ}),
    StaffRole.ADMINISTRATOR: frozenset({READ, MODERATE, DECIDE, FINANCE, RANKING, ADMINISTER}),
}

# -- API keys: the capabilities that each scope allows, within the person's role

SCOPE_CAPABILITIES: dict[str, frozenset[str]] = {
    KeyScope.READ: frozenset({VIEW}),
    KeyScope.MESSAGES: frozenset({MESSAGE}),
    KeyScope.WORK: frozenset({POST_TASK, AWARD, BID, DELIVER, MANAGE_PROFILE}),
    # Members decide who may pay: a key that manages members could make itself a payer.
    KeyScope.MONEY: frozenset({*MONEY, MANAGE_MEMBERS}),
}


class Side(StrEnum):
    """The side of the work: employer, freelancer, neither (the organization's own affairs), or staff."""

    EMPLOYER = "employer"
    FREELANCER = "freelancer"
    OWN = "own"
    STAFF = "staff"


class Act(StrEnum):
    """The acts, named by app and verb."""

    CHANGE_PROFILE = "accounts.change_profile"
    CHANGE_ORGANIZATION = "accounts.change_organization"
    CHANGE_COUNTRY = "accounts.change_country"
    MANAGE_MEMBERS = "accounts.manage_members"
    MAKE_KEY = "accounts.make_key"
    GRANT_STAFF_ROLE = "accounts.grant_staff_role"
    CLEAR_COUNTRY = "accounts.clear_country"
    HIDE_PROFILE = "accounts.hide_profile"
    MANAGE_TASK = "tasks.manage"
    ANSWER_INVITATION = "tasks.answer_invitation"
    HIDE_TASK = "tasks.hide"
    BID = "bidding.bid"
    READ_BIDS = "bidding.read"
    JUDGE_BIDS = "bidding.judge"
    SET_AWARD_CRITERIA = "choosing.set_criteria"
    SCORE_BIDS = "choosing.score"
    AGREE_ON_SCORES = "choosing.agree"
    ANSWER_OFFER = "contracts.answer_offer"
    TAKE_BACK_OFFER = "contracts.take_back_offer"
    AGREE_ON_FRAMEWORK = "frameworks.agree"
    FUND = "contracts.fund"
    ASK_TO_FUND = "contracts.ask_to_fund"
    DELIVER = "contracts.deliver"
    REQUEST_REVISION = "contracts.request_revision"
    APPROVE = "contracts.approve"
    PROPOSE_STOP = "contracts.propose_stop"
    ANSWER_STOP = "contracts.answer_stop"
    LEAVE_UNFUNDED = "contracts.leave_unfunded"
    CHANGE_TERMS = "contracts.change_terms"
    GIVE_NOTICE = "contracts.give_notice"
    END_LATE_WORK = "contracts.end_late_work"
    APPEAL_LATE_END = "contracts.appeal_late_end"
    ANSWER_LATE_APPEAL = "contracts.answer_late_appeal"
    OPEN_DISPUTE = "disputes.open"
    SPEAK_IN_DISPUTE = "disputes.speak"
    PROPOSE_SPLIT = "disputes.propose_split"
    ACCEPT_SPLIT = "disputes.accept_split"
    WITHDRAW_DISPUTE = "disputes.withdraw"
    DECIDE_DISPUTE = "disputes.decide"
    WRITE_MESSAGE = "messaging.write"
    ARRANGE_INBOX = "messaging.arrange"
    HIDE_MESSAGE = "messaging.hide"
    REVIEW = "reviews.review"
    REPLY_TO_REVIEW = "reviews.reply"
    OBJECT = "moderation.object"
    MODERATE = "moderation.decide"
    SEE_MONEY = "payments.see"
    PAY = "payments.pay"
    WITHDRAW = "payouts.withdraw"
    CHANGE_PAYOUT_ACCOUNT = "payouts.change_account"
    SET_AUTOMATIC_PAYOUTS = "payouts.set_automatic"
    RUN_TREASURY = "treasury.run"
    PAUSE_PAYMENTS = "gateways.pause"
    MOVE_HELD_MONEY = "escrow.move"
    GIVE_GOODWILL = "escrow.goodwill"
    DECIDE_RECOVERY = "escrow.decide_recovery"
    APPEAL_RECOVERY = "escrow.appeal_recovery"
    ANSWER_RECOVERY_APPEAL = "escrow.answer_appeal"
    CHANGE_BILLING_DETAILS = "invoicing.change_details"
    SEE_SPENDING = "spending.see"
    SET_SPENDING_RULE = "spending.set_rule"
    LOOSEN_SPENDING_RULE = "spending.loosen_rule"
    MANAGE_BUDGETS = "spending.manage_budgets"
    DECIDE_SPENDING = "spending.decide"
    LOOK_AT_QUALITY = "quality.look"
    RUN_RANKING = "matching.run_ranking"
    RUN_AGAIN = "operation.run_again"
    SEE_LEGAL_TEXTS = "legal.see"
    PUBLISH_LEGAL_TEXT = "legal.publish"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    :param capability: by side; a side without an entry may not act at all.
    :param disposes_of_held_money: needs a capability of `MONEY` on every side of the work.
    :param needs_fresh_login: needs a login in the last minutes; API keys are not allowed.
    """

    capability: Mapping[Side, str]
    disposes_of_held_money: bool = False
    needs_fresh_login: bool = False


def _own(capability: str, *, fresh: bool = False) -> Rule:
    return Rule({Side.OWN: capability}, needs_fresh_login=fresh)


def _staff(capability: str, *, money: bool = False, fresh: bool = False) -> Rule:
    return Rule({Side.STAFF: capability}, disposes_of_held_money=money, needs_fresh_login=fresh)


def _employer(capability: str, *, money: bool = False) -> Rule:
    return Rule({Side.EMPLOYER: capability}, disposes_of_held_money=money)


def _freelancer(capability: str) -> Rule:
    return Rule({Side.FREELANCER: capability})


def _both(employer: str, freelancer: str, *, money: bool = False) -> Rule:
    return Rule({Side.EMPLOYER: employer, Side.FREELANCER: freelancer}, disposes_of_held_money=money)


ACTS: dict[Act, Rule] = {
    Act.CHANGE_PROFILE: _own(MANAGE_PROFILE),
    Act.CHANGE_ORGANIZATION: _own(MANAGE_PROFILE),
    Act.CHANGE_COUNTRY: _own(MANAGE_MEMBERS, fresh=True),
    Act.MANAGE_MEMBERS: _own(MANAGE_MEMBERS),
    Act.MAKE_KEY: _own(VIEW, fresh=True),
    Act.GRANT_STAFF_ROLE: _staff(ADMINISTER, fresh=True),
    Act.CLEAR_COUNTRY: _staff(FINANCE),
    Act.HIDE_PROFILE: _staff(MODERATE),
    Act.MANAGE_TASK: _employer(POST_TASK),
    Act.ANSWER_INVITATION: _freelancer(BID),
    Act.HIDE_TASK: _staff(MODERATE),
    Act.BID: _freelancer(BID),
    Act.READ_BIDS: Rule({Side.EMPLOYER: VIEW, Side.STAFF: READ}),
    Act.JUDGE_BIDS: _employer(AWARD),
    Act.SET_AWARD_CRITERIA: _employer(AWARD),
    Act.SCORE_BIDS: _employer(POST_TASK),
    Act.AGREE_ON_SCORES: _employer(AWARD),
    Act.ANSWER_OFFER: _freelancer(BID),
    Act.TAKE_BACK_OFFER: _employer(AWARD),
    Act.AGREE_ON_FRAMEWORK: _both(AWARD, BID),  # as an award and a bid
    Act.FUND: _employer(FUND),
    Act.ASK_TO_FUND: _employer(AWARD),
    Act.DELIVER: _freelancer(DELIVER),
    Act.REQUEST_REVISION: _employer(APPROVE),
    Act.APPROVE: _employer(APPROVE, money=True),
    Act.PROPOSE_STOP: _both(APPROVE, WITHDRAW, money=True),
    Act.ANSWER_STOP: _both(APPROVE, WITHDRAW, money=True),
    Act.LEAVE_UNFUNDED: _freelancer(BID),
    Act.CHANGE_TERMS: _both(AWARD, BID),  # as an award and a bid; returning held money needs MOVE_HELD_MONEY too
    Act.GIVE_NOTICE: _employer(AWARD),
    Act.END_LATE_WORK: _employer(APPROVE, money=True),
    Act.APPEAL_LATE_END: _freelancer(BID),
    Act.ANSWER_LATE_APPEAL: _staff(DECIDE),
    Act.OPEN_DISPUTE: _both(APPROVE, WITHDRAW, money=True),  # contains a split that the other side may accept
    Act.SPEAK_IN_DISPUTE: _both(APPROVE, DELIVER),
    Act.PROPOSE_SPLIT: _both(APPROVE, WITHDRAW, money=True),
    Act.ACCEPT_SPLIT: _both(APPROVE, WITHDRAW, money=True),
    Act.WITHDRAW_DISPUTE: _both(APPROVE, WITHDRAW, money=True),  # the money is released or refunded as usual
    Act.DECIDE_DISPUTE: _staff(DECIDE, money=True),
    Act.WRITE_MESSAGE: _both(MESSAGE, MESSAGE),
    Act.ARRANGE_INBOX: _own(MESSAGE),
    Act.HIDE_MESSAGE: _staff(MODERATE),
    Act.REVIEW: _both(MESSAGE, MESSAGE),
    Act.REPLY_TO_REVIEW: _both(MESSAGE, MESSAGE),
    Act.OBJECT: _own(MESSAGE),
    Act.MODERATE: _staff(MODERATE),
    Act.SEE_MONEY: Rule({Side.OWN: VIEW, Side.STAFF: READ}),
    Act.PAY: _own(FUND),
    Act.WITHDRAW: _own(WITHDRAW),
    Act.CHANGE_PAYOUT_ACCOUNT: _own(WITHDRAW, fresh=True),
    Act.SET_AUTOMATIC_PAYOUTS: _own(WITHDRAW, fresh=True),
    Act.RUN_TREASURY: _staff(FINANCE, money=True),
    Act.PAUSE_PAYMENTS: _staff(FINANCE),
    Act.MOVE_HELD_MONEY: _both(APPROVE, WITHDRAW, money=True),
    Act.GIVE_GOODWILL: _staff(FINANCE, money=True),
    Act.DECIDE_RECOVERY: _staff(DECIDE, money=True),
    Act.APPEAL_RECOVERY: _own(WITHDRAW),
    Act.ANSWER_RECOVERY_APPEAL: _staff(DECIDE, money=True),
    Act.CHANGE_BILLING_DETAILS: _own(FUND),
    Act.SEE_SPENDING: _own(VIEW),
    Act.SET_SPENDING_RULE: _own(MANAGE_MEMBERS),
    Act.LOOSEN_SPENDING_RULE: _own(MANAGE_MEMBERS, fresh=True),
    Act.MANAGE_BUDGETS: _own(MANAGE_MEMBERS),
    Act.DECIDE_SPENDING: _own(FUND),
    Act.LOOK_AT_QUALITY: _staff(MODERATE),
    Act.RUN_RANKING: _staff(RANKING),
    Act.RUN_AGAIN: _staff(ADMINISTER),
    Act.SEE_LEGAL_TEXTS: _staff(ADMINISTER),
    Act.PUBLISH_LEGAL_TEXT: _staff(ADMINISTER, fresh=True),
}


def capability_for(act: Act, side: Side = Side.OWN) -> str | None:
    """The capability that the act needs on that side; None if the side may not act."""
    return ACTS[act].capability.get(side)


def roles_allowed(act: Act, side: Side) -> list[str]:
    """The roles, of an organization or of staff, that may act on that side."""
    capability = capability_for(act, side)
    table = STAFF_CAPABILITIES if side == Side.STAFF else CAPABILITIES
    return [str(role) for role, allowed in table.items() if capability in allowed]


def capabilities(role: str) -> frozenset[str]:
    return CAPABILITIES.get(role, frozenset())


def staff_capabilities(roles: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(STAFF_CAPABILITIES.get(role, frozenset()) for role in roles))


def within_scopes(allowed: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """A role's capabilities, limited to a key's scopes."""
    return allowed & frozenset().union(*(SCOPE_CAPABILITIES.get(scope, frozenset()) for scope in scopes))


_APP_SCOPES = {
    "messaging": KeyScope.MESSAGES,
    **dict.fromkeys(("payments", "payouts", "treasury", "escrow", "spending", "invoicing"), KeyScope.MONEY),
    **dict.fromkeys(
        (
            "accounts", "assurance", "bidding", "choosing", "contracts", "dashboard", "disputes", "files",
            "frameworks", "legal", "matching", "moderation", "notifications", "privacy", "quality", "reviews", "saved",
            "skills", "tasks", "track_records",
        ),
        KeyScope.WORK,
    ),
}  # fmt: skip


def scope_of_area(module: str) -> str:
    """
    The scope that a key needs for changes through a module, such as `apps.payouts.api.views`; "" for an app not listed
    here, which no key has.
    """
    parts = module.split(".")
    return _APP_SCOPES.get(parts[1] if len(parts) > 1 else "", "")


def completeness(parts: dict[str, bool]) -> int:
    """The completed percentage of a profile's parts."""
    return round(100 * sum(parts.values()) / len(parts)) if parts else 0


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The longest duration of a session: without a request, and since login."""

    idle: timedelta
    age: timedelta

    def are_over(self, login_at: datetime, last_request_at: datetime, now: datetime) -> bool:
        return now - last_request_at > self.idle or now - login_at > self.age
