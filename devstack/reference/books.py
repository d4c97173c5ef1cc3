"""The chart of accounts and the journal entries, from `apps.ledger.chart` and every `entries` module."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.reference.markdown import code, first_paragraph, page, table
from devstack.services import REPO

if TYPE_CHECKING:
    from apps.ledger.chart import Account


def accounts_page() -> str:
    from apps.ledger import chart

    rows = []
    for account, description in _accounts().values():
        side = "debit" if account.side == chart.DEBIT else "credit"
        guarded = "yes" if account.is_guarded else ""
        rows.append((code(account.code), str(account.kind.label), side, guarded, description))
    return page(
        "Chart of accounts",
        "Every account exists once per currency and is opened by its first journal entry. A guarded account "
        "belongs to one object and can never be overdrawn: the database rejects it. "
        "[Money](../explanation/money.md) explains the ledger.",
        table(("account", "kind", "increases by", "guarded", "description"), sorted(rows)),
    )


def journals_page() -> str:
    parts = []
    for path in sorted([*REPO.glob("apps/*/entries.py"), *REPO.glob("apps/*/entries/*.py")]):
        if rows := list(_entries(path)):
            module = ".".join(path.relative_to(REPO).with_suffix("").parts)
            parts.append(f"## {module}\n\n" + table(("event", "when", "debit", "credit", "either side"), rows))
    return page(
        "Journal entries",
        "Every event that creates a journal entry, with the accounts to which it can post. Lines of zero are left "
        "out, so an entry has only some of these lines; its debits equal its credits in each currency. If the side "
        "depends on the amounts, the account is under “either side”. Accounts that the caller passes are not "
        "listed. The codes are in the [chart of accounts](chart-of-accounts.md).",
        *parts,
    )


def _accounts() -> dict[str, tuple[Account, str]]:
    """By the name of the chart's function: the account with placeholders, and its description."""
    from apps.ledger import chart

    result = {}
    for name, function in inspect.getmembers(chart, inspect.isfunction):
        if name.startswith("_") or inspect.signature(function).return_annotation is not chart.Account:
            continue
        placeholders = [f"<{parameter.removesuffix('_id')}>" for parameter in inspect.signature(function).parameters]
        result[name] = (function(*placeholders), first_paragraph(function.__doc__))
    return result


def _entries(path: Path) -> Iterator[tuple[str, ...]]:
    tree = ast.parse(path.read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    codes = {name: account.code for name, (account, _text) in _accounts().items()}
    for function in functions.values():
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and _name(call.func) == "Entry":
                lines = list(_lines(function, functions, set()))
                by_side = {
                    side_name: dict.fromkeys(code(codes[account]) for side, account in lines if side == side_name)
                    for side_name in ("debit", "credit", "either")
                }
                either = [
                    account for account in by_side["either"] if account not in by_side["debit"] | by_side["credit"]
                ]
                events = ", ".join(code(event) for event in _texts(call.args[0]))
                columns = [", ".join(accounts) for accounts in (by_side["debit"], by_side["credit"], either)]
                yield events, first_paragraph(ast.get_docstring(function)), *columns


def _lines(
    function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: set[str]
) -> Iterator[tuple[str, str]]:
    """(debit, credit or either; name in the chart) of a function and of the functions of its module that it calls."""
    seen.add(function.name)
    for account in _accounts_named_in(function):
        yield "either", account
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        name = _name(call.func)
        if name in ("debit", "credit") and call.args:
            for account in _accounts_named_in(call.args[0]):
                yield name, account
        elif name in functions and name not in seen:
            yield from _lines(functions[name], functions, seen)


def _accounts_named_in(tree: ast.AST) -> Iterator[str]:
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute) and _name(part.value) == "chart" and part.attr.islower():
            yield part.attr


def _name(expression: ast.expr) -> str:
    return expression.id if isinstance(expression, ast.Name) else ""


def _texts(expression: ast.expr) -> list[str]:
    """The string constants in an expression: one, or both of a conditional."""
    return [
        part.value for part in ast.walk(expression) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
