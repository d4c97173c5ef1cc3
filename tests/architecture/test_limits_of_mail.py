"""Whoever does what others are notified of is limited, or cannot do it more than once."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

APPS = Path(settings.BASE_DIR) / "apps"

# operation -> why it needs no limit of its own
BOUNDED = {
    "contracts.accept_offer": "once for each offer, whose award is limited",
    "contracts.decline_offer": "once for each offer",
    "contracts.take_back_offer": "once for each offer",
    "contracts.accept_cancellation": "once for each proposal, which is limited",
    "contracts.decline_cancellation": "once for each proposal",
    "contracts.approve_milestone": "once for each delivery, which is limited",
    "contracts.end_milestone": "once for each milestone",
    "contracts.end_contract_if_over": "once for each contract",
    "contracts.accept_change": "once for each request, which is limited",
    "contracts.decline_change": "once for each request",
    "contracts.withdraw_change": "once for each request",
    "contracts.withdraw_notice": "once for each notice, which is limited",
    "contracts.enforce_notice": "once for each notice",
    "contracts.appeal": "once for each notice",
    "contracts.answer_appeal": "staff",
    "disputes.accept_split": "once for each dispute",
    "disputes.withdraw": "once for each dispute, whose opening is limited",
    "disputes.decide": "staff",
    "escrow.dismiss_warning": "staff",
    "escrow.give_goodwill": "staff",
    "escrow.decide_recovery": "staff",
    "escrow.appeal_recovery": "once for each recovery",
    "escrow.answer_appeal": "staff",
    "frameworks.accept": "once for each framework agreement, whose proposal is limited",
    "frameworks.decline": "once for each framework agreement",
    "frameworks.withdraw": "once for each framework agreement",
    "frameworks.give_notice": "once for each framework agreement",
    "moderation.decide": "staff",
    "moderation.answer_objection": "staff",
    "payouts.refresh_onboarding": "says only what changed at the processor",
    "reviews.submit": "once for each contract and side",
    "reviews.reply": "once for each review",
    "spending.agree_to_loosen": "once for each change, whose proposal is limited",
    "spending.decide": "once for each approval, whose asking is limited",
    "tasks.decline_invitation": "once for each invitation, which is limited",
    "tasks.close": "once for each task, whose publication is limited",
    "tasks.cancel": "once for each task",
}  # fmt: skip


def notified_events() -> set[str]:
    result = set()
    for path in (APPS / "notifications" / "subscribers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "bus.subscribe":
                result.add(ast.unparse(node.args[0]).rpartition(".")[2])
    return result


def calls(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def reached(name: str, module: dict[str, set[str]], seen: frozenset[str] = frozenset()) -> set[str]:
    """What a function calls, through the functions of its own module too."""
    result = set(module[name])
    for other in module[name] & set(module) - seen - {name}:
        result |= reached(other, module, seen | {name})
    return result


def operations_that_notify(events: set[str]) -> dict[str, bool]:
    """Each operation of a person that publishes one of these events -> whether it spends of a limit."""
    result = {}
    for path in sorted([*APPS.glob("*/operations.py"), *APPS.glob("*/operations/*.py")]):
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        module = {function.name: calls(function) for function in functions}
        for function in functions:
            arguments = {argument.arg for argument in function.args.kwonlyargs + function.args.args}
            if function.name.startswith("_") or not arguments & {"actor", "user"}:
                continue
            all_calls = reached(function.name, module)
            if {call.rpartition(".")[2] for call in all_calls} & events:
                area = path.relative_to(APPS).parts[0]
                result[f"{area}.{function.name}"] = "limits.spend" in all_calls
    return result


def test_what_notifies_others_is_limited_or_happens_once():
    result = operations_that_notify(notified_events())
    assert len(result) > 30
    assert {name for name, is_limited in result.items() if not is_limited} - set(BOUNDED) == set()


def test_the_list_of_what_needs_no_limit_is_no_longer_than_it_must_be():
    result = operations_that_notify(notified_events())
    assert {name for name, is_limited in result.items() if is_limited} & set(BOUNDED) == set()


@pytest.mark.parametrize("name", ["WorkDelivered", "RevisionRequested", "BidSubmitted", "MessageSent"])
def test_the_events_are_read_from_the_subscribers(name):
    assert name in notified_events()
