"""The candidate index gives what the formula gives, for everybody at once; and readers never see a mixture of old and new."""

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import formula, scoring, word_weights
from ranking.candidate_index import ranking
from ranking.candidate_index.index import CandidateIndex
from ranking.candidate_index.ranking import Rules
from ranking.candidate_index.segments import COUNTRIES, country_number
from ranking.candidate_index.writer import Writer, put_base, put_delta
from ranking.formula import Weights
from ranking.scoring import FreelancerFeatures, PastWork, TaskFeatures

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = [7, 11, 2**31 + 1, 2**32 - 1, 0]
SKILLS = [UUID(int=1000 + nth) for nth in range(8)]
EVERYWHERE = Rules(np.ones(COUNTRIES, dtype=bool))

works = st.builds(
    PastWork,
    skills=st.lists(st.sampled_from(SKILLS), max_size=4, unique=True).map(tuple),
    at=st.integers(0, 1500).map(lambda days: NOW - timedelta(days=days, seconds=days)),
    accepted=st.booleans(),
)
people = st.lists(
    st.builds(
        FreelancerFeatures,
        id=st.uuids(),
        country=st.sampled_from(["DE", "NG", "CN"]),
        skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 4), max_size=5),
        languages=st.dictionaries(
            st.sampled_from(["en", "zh-hans", "ar", "de"]),
            st.sampled_from(["basic", "conversational", "fluent", "native"]), max_size=3,
        ),
        usual_price_minor=st.none() | st.integers(1, 10**7),
        hourly_minor=st.none() | st.integers(1, 10**5),
        works=st.lists(works, max_size=6).map(tuple),
        completed=st.integers(0, 40),
        failed=st.integers(0, 5),
        active_at=st.none() | st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
        utc_hours=st.frozensets(st.integers(0, 23)),
        words=st.dictionaries(st.sampled_from(WORDS), st.integers(1, 5), max_size=6),
    ),
    min_size=1, max_size=12, unique_by=lambda item: item.id,
)  # fmt: skip
tasks = st.builds(
    TaskFeatures,
    id=st.uuids(), employer_id=st.just(UUID(int=1)), employer_country=st.just("DE"),
    language=st.sampled_from(["en", "ar", "zh-hans", "fr"]),
    skill_ids=st.lists(st.sampled_from(SKILLS), min_size=1, max_size=4, unique=True).map(tuple),
    budget_minor=st.none() | st.integers(1, 10**7), utc_hours=st.frozensets(st.integers(0, 23)),
    words=st.dictionaries(st.sampled_from(WORDS), st.integers(1, 5), max_size=6), written=st.just({WORDS[0]: "first"}),
)  # fmt: skip
likeness = st.dictionaries(
    st.sampled_from(SKILLS), st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 1000), max_size=3), max_size=4
)
weights = st.sampled_from([formula.DEFAULT_WEIGHTS, Weights(100, 0, 0), Weights(20, 50, 30)])


def base_of(folder: Path, features) -> CandidateIndex:
    writer = Writer()
    for feature in features:
        writer.add(feature)
    put_base(folder, writer.columns())
    return CandidateIndex(folder)


def asked(task: TaskFeatures, related) -> dict[UUID, float]:
    fromkeys = dict.fromkeys(task.skill_ids, 1.0)
    for skill in task.skill_ids:
        for other in related.get(skill, {}):
            fromkeys.setdefault(other, 0.1)
    return fromkeys


@settings(deadline=None, max_examples=80)
@given(people, tasks, likeness, weights)
def test_the_candidate_index_ranks_as_the_formula_scores(tmp_path_factory, features, task, related, points):
    index = base_of(tmp_path_factory.mktemp("index") / "files", features)
    rarity = index.rarity(task.skill_ids)
    requested = asked(task, related)

    ranked = index.rank(task, weights=requested, related=related, rules=EVERYWHERE, now=NOW, points=points)

    word_rarity = index.word_rarity
    expected = {
        feature.id: scoring.score(
            task, feature, rarity=rarity, related=related, now=NOW, weights=points, word_rarity=word_rarity
        )
        for feature in features
        if (
            requested.keys() & (feature.skills.keys() | feature.done_by_skill.keys())
            or word_weights.read(task.words, word_rarity).keys()
            & word_weights.kept_of(feature.words, word_rarity).keys()
        )
        and scoring.language_fit(task.language, feature.languages)[0] > 0
    }
    assert {item.owner for item in ranked} == expected.keys()
    for row in ranked:
        assert row.fast == pytest.approx(expected[row.owner].score, abs=1e-4)
        assert row.match == expected[row.owner]
        assert sum(row.match.components.values()) == pytest.approx(row.match.score, abs=1e-6)
    assert [item.match.score for item in ranked] == sorted((item.match.score for item in ranked), reverse=True)


def somebody(number: int, *skills: UUID, country: str = "DE", **fields) -> FreelancerFeatures:
    return FreelancerFeatures(
        id=UUID(int=(number << 64) + number), country=country, skills=dict.fromkeys(skills, 4), languages={"en": "fluent"},
        usual_price_minor=None, hourly_minor=None, **fields,
    )  # fmt: skip


def a_task(*skills: UUID) -> TaskFeatures:
    return TaskFeatures(UUID(int=9), UUID(int=1), "DE", "en", skills, None, frozenset())


def names(index: CandidateIndex, task: TaskFeatures, rules: Rules = EVERYWHERE, **options) -> list[int]:
    ranked = index.rank(task, weights=dict.fromkeys(task.skill_ids, 1.0), related={}, rules=rules, now=NOW, **options)
    return [item.owner.int & 0xFFFF for item in ranked]


def test_a_delta_replaces_people_and_hides_those_who_are_gone(tmp_path):
    index = base_of(tmp_path / "index", [somebody(nth, SKILLS[0]) for nth in (1, 2, 3)])
    assert names(index, a_task(SKILLS[0])) == [1, 2, 3]

    delta = Writer()
    delta.add(somebody(2, SKILLS[1]))
    delta.add(somebody(4, SKILLS[0]))
    put_delta(tmp_path / "index", delta.columns(), gone=[UUID(int=(3 << 64) + 3)])

    assert names(index, a_task(SKILLS[0])) == [1, 4]
    assert names(index, a_task(SKILLS[1])) == [2]
    assert len(index) == 3
    put_delta(tmp_path / "index", Writer().columns(), gone=[])
    assert names(index, a_task(SKILLS[0])) == [1, 2, 3]


def test_ids_of_one_millisecond_are_notified_apart(tmp_path):
    candidates = [dataclasses.replace(somebody(1, SKILLS[0]), id=UUID(int=(7 << 64) + nth)) for nth in (1, 2, 3)]
    index = base_of(tmp_path / "index", candidates)
    delta = Writer()
    delta.add(dataclasses.replace(candidates[1], skills={SKILLS[1]: 4}))
    put_delta(tmp_path / "index", delta.columns(), gone=[candidates[2].id, UUID(int=(7 << 64) + 4), UUID(int=1)])

    assert names(index, a_task(SKILLS[0])) == [1]
    assert names(index, a_task(SKILLS[0]), Rules(EVERYWHERE.payable, frozenset({candidates[0].id}))) == []
    assert names(index, a_task(SKILLS[1])) == [2]


def test_rules_stand_before_the_score(tmp_path):
    index = base_of(tmp_path / "index", [somebody(1, SKILLS[0]), somebody(2, SKILLS[0], country="NG")])
    payable = np.ones(COUNTRIES, dtype=bool)
    payable[country_number("NG")] = False

    assert names(index, a_task(SKILLS[0]), Rules(payable)) == [1]
    assert names(index, a_task(SKILLS[0]), Rules(EVERYWHERE.payable, frozenset({UUID(int=(1 << 64) + 1)}))) == [2]


def test_only_the_best_candidates_are_scored_and_kept(tmp_path):
    candidates = [somebody(nth, *SKILLS[: 1 + nth % 3]) for nth in range(1, 400)]
    index = base_of(tmp_path / "index", candidates)

    result = names(index, a_task(*SKILLS[:3]), candidates=20, limit=5)

    assert len(result) == 5
    assert all(nth % 3 == 2 for nth in result)


def test_who_did_the_work_is_among_few_candidates_without_declaring_it(tmp_path):
    candidates = [somebody(nth, SKILLS[0], completed=1) for nth in range(1, 200)]
    worker = somebody(500, SKILLS[7], works=(PastWork((SKILLS[0],), NOW, accepted=True),) * 6, completed=6)
    newcomer = somebody(600, SKILLS[0])
    index = base_of(tmp_path / "index", [*candidates, worker, newcomer])

    result = names(index, a_task(SKILLS[0]), candidates=10, limit=10)

    assert result[0] == 500
    assert 600 in result


def test_without_a_base_there_is_nothing_and_no_delta(tmp_path):
    assert CandidateIndex(tmp_path / "nowhere").parts == []
    with pytest.raises(FileNotFoundError):
        put_delta(tmp_path / "nowhere", Writer().columns(), gone=[])


def test_a_base_that_is_put_in_place_while_others_ask_is_seen_whole(tmp_path):
    """Every answer is that of one base: all people of a generation or none."""
    base_of(tmp_path / "index", [somebody(nth, SKILLS[0]) for nth in range(1, 51)])
    stop, wrong = threading.Event(), []

    def ask() -> None:
        index = CandidateIndex(tmp_path / "index")
        while not stop.is_set():
            result = names(index, a_task(SKILLS[0]), limit=100)
            if result not in (list(range(1, 51)), list(range(51, 101))):
                wrong.append(result)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for turn in range(30):
        people_now = range(51, 101) if turn % 2 == 0 else range(1, 51)
        base_of(tmp_path / "index", [somebody(nth, SKILLS[0]) for nth in people_now])
    stop.set()
    for reader in readers:
        reader.join()

    assert wrong == []


@pytest.mark.parametrize("points", [(50, 50, 50), (110, -10, 0)])
def test_weights_sum_to_a_hundred(points):
    with pytest.raises(ValueError, match="100"):
        Weights(*points)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3000), st.integers(-1, 40), st.randoms())
def test_the_best_are_the_best_however_many_there_are(values, count, random):
    rows = np.arange(len(values))
    random.shuffle(rows)
    sums = np.array(values, dtype=float)

    chosen = ranking._best(rows, sums, count)

    expected = sorted(zip(-sums, rows, strict=True))[: max(count, 0)]
    assert sorted(zip(-sums[chosen], rows[chosen], strict=True)) == expected


def test_where_the_rules_take_most_away_others_are_looked_for(tmp_path):
    candidates = [somebody(nth, SKILLS[0], SKILLS[1], country="NG") for nth in range(1, 1000)]
    index = base_of(tmp_path / "index", [*candidates, somebody(2000, SKILLS[0])])
    payable = np.ones(COUNTRIES, dtype=bool)
    payable[country_number("NG")] = False

    assert names(index, a_task(*SKILLS[:2]), Rules(payable), candidates=10) == [2000]
