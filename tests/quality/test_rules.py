"""The draw: at least a twentieth of each stratum, the same for everybody who repeats it."""

import hashlib
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from apps.quality import rules

STRATA = st.sampled_from(["design/new", "design/known", "none/new"])
PERIODS = st.lists(st.lists(STRATA, max_size=60), max_size=6)
SEEDS = st.text("0123456789abcdef", min_size=64, max_size=64)


def periods_of(strata: list[list[str]]) -> list[list[tuple[str, str]]]:
    number = 0
    result = []
    for period in strata:
        rows = []
        for name in period:
            rows.append((rules.key(UUID(int=number)), name))
            number += 1
        result.append(sorted(rows))
    return result


@given(PERIODS, SEEDS)
def test_the_share_holds_in_every_stratum_after_every_draw(strata, seed):
    totals: dict[str, list[int]] = {}
    for population in periods_of(strata):
        chosen = rules.draw(seed, population, totals)
        totals = rules.totals_after(population, chosen, totals)
        assert len(set(chosen)) == len(chosen)
        assert set(chosen) <= {item for item, _name in population}
    for total, drawn in totals.values():
        assert drawn * 10_000 >= total * rules.SHARE_BPS
        assert (drawn - 1) * 10_000 < total * rules.SHARE_BPS


@given(st.lists(STRATA, max_size=60), SEEDS)
def test_the_draw_does_not_depend_on_the_order(strata, seed):
    [population] = periods_of([strata])
    assert set(rules.draw(seed, population, {})) == set(rules.draw(seed, population[::-1], {}))


@given(st.integers(0, 10**6), st.integers(0, 10**4))
def test_no_more_are_drawn_than_arrive(total, arrivals):
    drawn = rules.number_to_draw(0, 0, total)
    assert 0 <= rules.number_to_draw(total, drawn, arrivals) <= arrivals


def test_the_published_rule_gives_the_same_sample():
    """As the public page describes it, without our code."""
    population = [[rules.key(UUID(int=number)), "design/new"] for number in range(40)]
    ordered = sorted((hashlib.sha256(f"abc:{item}".encode()).hexdigest(), item) for item, _name in population)
    assert set(rules.draw("abc", population, {})) == {item for _hash, item in ordered[:2]}
    assert set(rules.draw("abd", population, {})) != {item for _hash, item in ordered[:2]}


def test_new_freelancers_are_a_stratum_of_their_own():
    assert rules.stratum("design", 4) == "design/new"
    assert rules.stratum("", 5) == "none/known"
