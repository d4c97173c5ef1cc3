"""The Merkle-sum tree: every leaf leads to the root, and nothing else does."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.assurance import rules

balances = st.lists(st.integers(min_value=1, max_value=10**15), min_size=1, max_size=40)


def script():
    path = Path(__file__).parents[2] / "scripts" / "verify_inclusion.py"
    spec = importlib.util.spec_from_file_location("verify_inclusion", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leaf_of(nth: int, amount: int) -> rules.Node:
    return rules.leaf(account=f"payable:{nth}", currency="EUR", amount_minor=amount, nonce=nth.to_bytes(16, "big"))


def path(levels, position):
    for level in levels[:-1]:
        neighbour = rules.partner(position, len(level))
        if neighbour is not None:
            yield rules.Step(neighbour < position, level[neighbour])
        position //= 2


@given(balances)
def test_every_leaf_leads_to_the_root_and_the_root_is_the_sum(amounts):
    levels = rules.levels([leaf_of(nth, amount) for nth, amount in enumerate(amounts)])
    root = levels[-1][0]

    assert len(levels[-1]) == 1
    assert root.total == sum(amounts)
    for position, leaf in enumerate(levels[0]):
        assert rules.climb(leaf, path(levels, position)) == root


@given(balances, st.data())
def test_the_stand_alone_script_agrees_and_refuses_any_other_amount(amounts, data):
    levels = rules.levels([leaf_of(nth, amount) for nth, amount in enumerate(amounts)])
    position = data.draw(st.integers(0, len(amounts) - 1))
    proof = {
        "account": f"payable:{position}",
        "currency": "EUR",
        "amount_minor": amounts[position],
        "nonce": position.to_bytes(16, "big").hex(),
        "path": [
            {"side": "left" if step.is_left else "right", "hash": step.node.hash.hex(), "sum": step.node.total}
            for step in path(levels, position)
        ],
        "root": {"hash": levels[-1][0].hash.hex(), "sum": levels[-1][0].total},
    }
    verifier = script()

    assert verifier.check(proof) == (proof["root"]["hash"], sum(amounts))
    for change in ({"amount_minor": amounts[position] + 1}, {"account": "payable:other"}, {"nonce": "ff" * 16}):
        with pytest.raises(ValueError, match="does not lead"):
            verifier.check({**proof, **change})


def test_the_script_refuses_a_sum_made_negative():
    a, b = leaf_of(0, 5), leaf_of(1, 7)
    proof = {"account": "payable:0", "currency": "EUR", "amount_minor": 5, "nonce": "00" * 16,
             "path": [{"side": "right", "hash": b.hash.hex(), "sum": -7}],
             "root": {"hash": rules.parent(a, b).hash.hex(), "sum": 12}}  # fmt: skip

    with pytest.raises(ValueError, match="negative"):
        script().check(proof)


def test_a_packed_level_gives_its_nodes_back():
    nodes = [leaf_of(nth, nth + 1) for nth in range(5)]

    data = rules.pack(nodes)

    assert [rules.unpack(data[at : at + rules.NODE_BYTES]) for at in range(0, len(data), rules.NODE_BYTES)] == nodes


@pytest.mark.parametrize(("amount", "nonce"), [(-1, b"\0" * 16), (1, b"\0" * 15)])
def test_a_leaf_is_an_amount_that_is_owed_and_a_nonce(amount, nonce):
    with pytest.raises(ValueError, match="owed"):
        rules.leaf(account="payable:1", currency="EUR", amount_minor=amount, nonce=nonce)
