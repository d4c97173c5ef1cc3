"""The order that is shown: small moves, nobody lost, and every chance known exactly."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.reranking import (
    DUPLICATE_POINTS,
    EXPLORATION,
    EXPLORED_FIRST,
    EXPLORED_LAST,
    NEARLY,
    Candidate,
    Rules,
    rerank,
)

DAY = date(2026, 10, 28)
STILL = Rules(exploration=0)

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.uuids(),
        score=st.floats(0, 100).map(lambda value: round(value, 1)),
        is_newcomer=st.booleans(),
        shown_today=st.integers(0, 100),
        likeness=st.one_of(st.none(), st.integers(0, 3)),
    ),
    max_size=40,
    unique_by=lambda item: item.id,
)
rules = st.builds(
    Rules, cap=st.one_of(st.none(), st.integers(1, 60)), has_newcomer_slot=st.booleans(), exploration=st.floats(0, 1)
)


def people(count: int, *, newcomers: tuple[int, ...] = ()) -> list[Candidate]:
    """In order of their scores, a point apart."""
    return [Candidate(UUID(int=at), 90.0 - at, is_newcomer=at in newcomers) for at in range(count)]


def order(some: list[Candidate], chosen: Rules = STILL, key: str = "list", day: date = DAY) -> list[int]:
    return [item.id.int for item in rerank(some, key=key, day=day, rules=chosen)]


@given(candidates, rules, st.text(max_size=5))
def test_nobody_vanishes_and_the_same_input_gives_the_same_order(some, chosen, key):
    places = rerank(some, key=key, day=DAY, rules=chosen)
    assert {place.id for place in places} == {item.id for item in some}
    assert [place.position for place in places] == list(range(1, len(some) + 1))
    assert sorted(place.ranked for place in places) == list(range(1, len(some) + 1))
    assert all(0 < place.propensity <= 1 for place in places)
    assert rerank(reversed(some), key=key, day=DAY, rules=chosen) == places


@given(candidates, st.integers(1, 60))
def test_over_the_cap_one_steps_behind_those_of_nearly_the_same_score_alone(some, cap):
    alone = [replace(item, likeness=None, is_newcomer=False) for item in some]
    by_id = {item.id.int: item for item in alone}
    shown = [by_id[number] for number in order(alone, Rules(cap=cap, exploration=0))]
    for at, row in enumerate(shown):
        for later in shown[at + 1 :]:
            if later.score > row.score:
                assert later.shown_today >= cap > row.shown_today
                assert later.score - row.score <= NEARLY


def test_alone_over_the_cap_one_is_still_first():
    [only] = people(1)
    assert order([replace(only, shown_today=500)], Rules(cap=1, exploration=0)) == [0]


@given(candidates)
def test_only_near_duplicates_step_back_and_no_farther_than_their_points(some):
    alone = [replace(item, shown_today=0, is_newcomer=False) for item in some]
    by_id = {item.id.int: item for item in alone}
    shown = [by_id[number] for number in order(alone)]
    for at, row in enumerate(shown):
        for later in shown[at + 1 :]:
            if later.score > row.score:
                assert later.likeness is not None
                assert later.score - row.score <= DUPLICATE_POINTS
                assert any(above.likeness == later.likeness for above in shown[: at + 1])


def test_the_second_of_two_near_duplicates_lets_others_pass():
    first, second, third = people(3)
    assert order([replace(first, likeness="x"), replace(second, likeness="x"), third]) == [0, 2, 1]


@given(candidates, st.text(max_size=5), st.floats(0, 1))
def test_every_full_ten_has_a_newcomer_while_there_are_any_and_exploration_leaves_them(some, key, chance):
    new = {item.id for item in some if item.is_newcomer}
    places = rerank(some, key=key, day=DAY, rules=Rules(exploration=chance))
    left = len(new)
    for end in range(10, len(places) + 1, 10):
        ten = [place for place in places[end - 10 : end] if place.id in new]
        assert ten or left == 0
        left -= len(ten)


def test_the_best_newcomer_takes_the_tenth_place_and_it_says_so():
    places = rerank(people(20, newcomers=(15, 17)), key="list", day=DAY, rules=STILL)
    assert [place.id.int for place in places[:11]] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 9]
    assert [place.in_newcomer_slot for place in places[:11]] == [False] * 9 + [True, False]
    assert places[9].ranked == 16


def test_a_newcomer_among_the_first_ten_by_score_needs_no_slot():
    places = rerank(people(10, newcomers=(2,)), key="list", day=DAY, rules=STILL)
    assert [place.id.int for place in places] == list(range(10))
    assert not any(place.in_newcomer_slot for place in places)


def test_exploration_moves_each_place_as_often_as_it_says():
    """Ten thousand lists: who stands where, as often as the propensities written with them say."""
    chosen = Rules(has_newcomer_slot=False, exploration=0.2)
    some = people(20)
    seen: dict[int, Counter[int]] = defaultdict(Counter)
    texts: dict[tuple[int, int], float] = {}
    lists = 10_000
    for number in range(lists):
        for item in rerank(some, key=f"list {number}", day=DAY, rules=chosen):
            seen[item.id.int][item.position] += 1
            assert texts.setdefault((item.id.int, item.position), item.propensity) == item.propensity
    for (person, position), chance in texts.items():
        assert seen[person][position] / lists == pytest.approx(chance, abs=0.015)
    for person in range(20):
        total = sum(chance for (item, _), chance in texts.items() if item == person)
        assert total == pytest.approx(1.0)  # every place was met, and their chances are all there are
    assert set(seen[0]) == {1}
    assert set(seen[19]) == {20}
    assert set(seen[EXPLORED_FIRST - 1]) == set(range(EXPLORED_FIRST, EXPLORED_LAST + 1))


def test_two_rows_in_a_hundred_move_by_default():
    moved = [
        item.is_swapped
        for number in range(4_000)
        for item in rerank(people(20), key=f"list {number}", day=DAY, rules=Rules(has_newcomer_slot=False))
        if EXPLORED_FIRST <= item.position <= EXPLORED_LAST
    ]
    assert sum(moved) / len(moved) == pytest.approx(EXPLORATION, abs=0.003)


def test_a_list_is_the_same_all_day_and_may_differ_tomorrow():
    always = Rules(exploration=1)
    first = order(people(20), always)
    assert order(people(20), always) == first
    assert any(order(people(20), always, day=DAY + timedelta(days=later)) != first for later in range(1, 6))
    assert any(order(people(20), always, key=f"other {number}") != first for number in range(5))


def test_a_rule_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="cap"):
        Rules(cap=0)
    with pytest.raises(ValueError, match="chance"):
        Rules(exploration=1.5)
