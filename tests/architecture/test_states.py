"""The tables of states: every (state, verb) pair, and the pages made from them."""

import itertools

import pytest
from django.conf import settings
from django.utils import translation

from apps.common.errors import IllegalTransition
from apps.common.management.commands.draw_states import machines
from apps.common.states import Machine

MACHINES = machines()
PAIRS = [
    (name, state, verb)
    for name, item in MACHINES.items()
    for state, verb in itertools.product(item.choices.values, item.table)
]


@pytest.mark.parametrize(("name", "state", "verb"), PAIRS)
def test_a_verb_leads_somewhere_known_or_is_refused(name, state, verb):
    machine = MACHINES[name]
    if machine.allows(state, verb):
        assert machine.next(state, verb) in machine.choices.values
    else:
        with pytest.raises(IllegalTransition):
            machine.next(state, verb)


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_state_can_be_reached(name):
    machine: Machine = MACHINES[name]
    reached, grew = {machine.initial}, True
    while grew:
        targets = {row.target for row in machine.table.values() if row.target and row.sources & reached}
        grew = not targets <= reached
        reached |= targets
    assert reached == set(machine.choices.values)


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_the_page_of_a_machine_is_up_to_date(name):
    with translation.override("en"):
        expected = MACHINES[name].markdown()
    path = settings.BASE_DIR / "docs" / "reference" / "states" / f"{name}.md"
    assert path.exists(), "run: make manage ARGS=draw_states"
    assert path.read_text() == expected, "run: make manage ARGS=draw_states"
