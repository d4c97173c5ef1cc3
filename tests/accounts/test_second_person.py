"""Where two people of the staff are asked for, the first has not just made the second."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.accounts import policies
from apps.accounts.models import StaffAssignment
from apps.accounts.operations import staff
from apps.accounts.queries import actors
from apps.common.actors import SYSTEM
from apps.escrow import policies as escrow_policies
from apps.escrow.models import Recovery
from apps.escrow.operations import recoveries
from apps.treasury.operations import suspense
from tests.conftest import NOON
from tests.escrow.test_recoveries import decide, lost, payee_of  # noqa: F401
from tests.escrow.test_recoveries import staff as decider  # noqa: F401
from tests.moderation.test_operations import _answer, _objection, task  # noqa: F401
from tests.treasury.conftest import books  # noqa: F401
from tests.treasury.test_reconciliation import item, propose  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)


def made_by(make, first, *, at=NOON, role="finance"):
    """Somebody whom the first gave a role at that moment, acting."""
    user = make.user()
    staff.grant_staff_role(user_id=user.pk, role=role, actor=first, now=at)
    user.refresh_from_db()
    return actors.actor_for(user)


def test_whom_the_first_gave_a_role_counts_after_a_day(make):
    first = make.staff_actor()
    second = made_by(make, first)
    for now in (NOON, NOON + DAY - SECOND):
        with pytest.raises(policies.SecondPersonNotIndependent):
            policies.check_is_independent(second, first.user_id, now)
    policies.check_is_independent(second, first.user_id, NOON + DAY + SECOND)


def test_a_second_role_given_within_the_day_counts_too(make):
    first = make.staff_actor()
    second = made_by(make, first, at=NOON - 5 * DAY)
    policies.check_is_independent(second, first.user_id, NOON)
    staff.grant_staff_role(user_id=second.user_id, role="moderator", actor=first, now=NOON)
    with pytest.raises(policies.SecondPersonNotIndependent):
        policies.check_is_independent(second, first.user_id, NOON + SECOND)


def test_who_got_the_role_from_somebody_else_counts_at_once(make):
    first, another = make.staff_actor(), make.staff_actor()
    policies.check_is_independent(made_by(make, another), first.user_id, NOON)
    policies.check_is_independent(made_by(make, SYSTEM), first.user_id, NOON)  # manage.py staff grant


def test_giving_the_role_again_does_not_begin_the_day_again(make):
    first = make.staff_actor()
    second = made_by(make, first, at=NOON - 2 * DAY)
    staff.grant_staff_role(user_id=second.user_id, role="finance", actor=first, now=NOON)
    policies.check_is_independent(second, first.user_id, NOON)


def test_taking_the_role_away_and_giving_it_again_begins_the_day_again(make):
    first = make.staff_actor()
    second = made_by(make, first, at=NOON - 2 * DAY)
    staff.withdraw_staff_role(user_id=second.user_id, role="finance", actor=first, now=NOON)
    staff.grant_staff_role(user_id=second.user_id, role="finance", actor=first, now=NOON)
    with pytest.raises(policies.SecondPersonNotIndependent):
        policies.check_is_independent(second, first.user_id, NOON + SECOND)


# -- at every act that asks for two


def test_a_difference_is_not_booked_by_somebody_whom_the_proposer_made(books, item):  # noqa: F811
    first, now = books.staff_actor(), timezone.now()
    propose(item, first)
    second = made_by(books, first, at=now - DAY + timedelta(minutes=5))
    with pytest.raises(policies.SecondPersonNotIndependent):
        suspense.confirm_booking(item_id=item.id, actor=second, now=now)
    item.refresh_from_db()
    assert item.status == "proposed"

    suspense.confirm_booking(item_id=item.id, actor=second, now=now + timedelta(minutes=6))
    item.refresh_from_db()
    assert item.confirmed_by_id == second.user_id


def test_an_appeal_is_not_answered_by_somebody_whom_the_decider_made(make, lost, decider):  # noqa: F811
    created = decide(lost, decider)
    recoveries.appeal_recovery(
        recovery_id=created.id, text="It was licensed.", actor=make.actor(payee_of(lost)), now=NOON
    )
    role = StaffAssignment.objects.get(user_id=decider.user_id).role
    second = made_by(make, make.staff_actor(), role=role)
    StaffAssignment.objects.filter(user_id=second.user_id).update(granted_by_id=decider.user_id)
    answer = {"recovery_id": created.id, "is_granted": True, "reasons": "Looked at.", "actor": second}

    assert not escrow_policies.can_answer_appeal(second, Recovery.objects.get(), NOON)  # no button either
    with pytest.raises(policies.SecondPersonNotIndependent):
        recoveries.answer_appeal(**answer, now=NOON + DAY - SECOND)
    assert Recovery.objects.get().status == "appealed"

    recoveries.answer_appeal(**answer, now=NOON + DAY + SECOND)
    assert Recovery.objects.get().status == "overturned"


def test_an_objection_is_not_answered_by_somebody_whom_the_decider_made(make, task):  # noqa: F811
    objection, first, _owner = _objection(make, task)
    with pytest.raises(policies.SecondPersonNotIndependent):
        _answer(objection, made_by(make, first, role="moderator"))
    _answer(objection, made_by(make, first, role="moderator", at=NOON - DAY - SECOND))


def _compares_with_the_first(function: ast.FunctionDef) -> bool:
    """Whether it asks if the actor is the one who proposed or decided."""
    names = ("proposed_by_id", "decided_by_id", "granted_by_id")
    for node in ast.walk(function):
        text = ast.unparse(node) if isinstance(node, ast.Compare | ast.Call) else ""
        if isinstance(node, ast.Compare) and any(name in text for name in names) and "actor." in text:
            return True
        if text.startswith("decided.filter(decided_by_id=actor."):
            return True
    return False


def test_every_act_of_two_people_of_the_staff_asks_for_it():
    result = {}
    for path in (Path(settings.BASE_DIR) / "apps").glob("*/**/*.py"):
        if path.parts[-2] != "operations" and path.name not in ("operations.py", "policies.py"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and _compares_with_the_first(node):
                result[f"{path.parent.name}.{path.stem}.{node.name}"] = "check_is_independent" in ast.unparse(node)
    assert {name for name, asks in result.items() if asks} == {
        "operations.suspense.confirm_booking", "operations.internal_transfers.approve_transfer", "escrow.policies.check_can_answer_appeal",
        "moderation.policies.check_can_answer",
    }  # fmt: skip
    assert {name for name, asks in result.items() if not asks} <= {
        "spending.policies.check_can_agree_to_loosen",  # of an employer: check_is_settled
        "spending.policies.can_agree_to_loosen",
    }
