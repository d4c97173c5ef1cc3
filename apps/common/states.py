"""State machines as tables keyed by verb. The checks, the history, the diagrams and a test of all pairs use them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from apps.common.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Transition:
    """
    :param sources: the states in which the verb is allowed.
    :param target: the state after it; None if the state does not change.
    """

    sources: frozenset[str]
    target: str | None
    says: str = ""


def when(*sources: str, to: str, says: str = "") -> Transition:
    """One row of a table: `"publish": when(DRAFT, to=OPEN, says="The employer publishes the brief.")`."""
    return Transition(frozenset(sources), to, says)


def stays(*sources: str, says: str = "") -> Transition:
    """A row of a table whose verb is recorded in the history and does not change the state."""
    return Transition(frozenset(sources), None, says)


class Machine:
    """
    A table of transitions between the values of a `TextChoices`.

    :param name: as in docs/reference/states/<name>.md.
    :param meanings: the meaning of each state, for readers of the reference.
    """

    registry: dict[str, Machine] = {}

    def __init__(
        self,
        name: str,
        choices: type[TextChoices],
        initial: str,
        table: Mapping[str, Transition],
        meanings: Mapping[str, str],
    ) -> None:
        self.name, self.choices, self.initial, self.table, self.meanings = name, choices, initial, table, meanings
        missing = set(choices.values) - set(meanings)
        if missing:
            raise ValueError(f"{name}: states without a meaning: {sorted(missing)}")
        Machine.registry[name] = self

    def allows(self, state: str, verb: str) -> bool:
        return state in self.table[verb].sources

    def next(self, state: str, verb: str) -> str:
        """
        The state after `verb`.

        :raises IllegalTransition: if the verb is not allowed in `state`.
        :raises KeyError: if the table has no such verb.
        """
        if not self.allows(state, verb):
            raise IllegalTransition(state=self.choices(state))
        return self.table[verb].target or state

    def verbs_from(self, state: str) -> list[str]:
        return [verb for verb, row in self.table.items() if state in row.sources]

    def markdown(self) -> str:
        """The page for docs/reference/states: a Mermaid diagram, the meanings and the verbs."""
        lines = [f"# {self.name}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {self.initial}"]
        for verb, row in self.table.items():
            lines += [f"    {source} --> {row.target or source}: {verb}" for source in sorted(row.sources)]
        ends = [state for state in self.choices.values if not self.verbs_from(state)]
        lines += [*(f"    {state} --> [*]" for state in ends), "```", "", "| state | meaning |", "|---|---|"]
        lines += [f"| {state} | {self.meanings[state]} |" for state in self.choices.values]
        lines += ["", "| verb | from | to | when |", "|---|---|---|---|"]
        for verb, row in self.table.items():
            target = row.target or "(the same)"
            lines.append(f"| {verb} | {', '.join(sorted(row.sources))} | {target} | {inspect.cleandoc(row.says)} |")
        return "\n".join(lines) + "\n"


def describe(instance: Any) -> str:
    """The stable name of a row's model, for the history: "tasks.task"."""
    return str(instance._meta.label_lower)
