"""What the site keeps of texts ranks full texts as well as plain TF-IDF, from both sides alike."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from bench import matching_texts
from ranking import formula, scoring, word_weights
from ranking.candidate_index.index import CandidateIndex
from ranking.candidate_index.ranking import Rules
from ranking.candidate_index.segments import COUNTRIES
from ranking.candidate_index.writer import Writer, put_base, put_delta
from ranking.scoring import FreelancerFeatures, TaskFeatures
from tests.demo import make_texts

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERYWHERE = Rules(np.ones(COUNTRIES, dtype=bool))


def person(number, text, language="en", **fields):
    return FreelancerFeatures(
        id=UUID(int=(number + 1 << 64) + number), country="DE", skills={}, languages={"en": "fluent"}, usual_price_minor=None,
        hourly_minor=None, words=word_weights.bag(text, language), **fields,
    )  # fmt: skip


def brief(text, language="en"):
    return TaskFeatures(
        UUID(int=9), UUID(int=1), "DE", "en", (), None, frozenset(), words=word_weights.bag(text, language),
        written=word_weights.shown(text, language),
    )  # fmt: skip


def base_of(folder, people):
    writer = Writer()
    for item in people:
        writer.add(item)
    put_base(folder, writer.columns())
    return CandidateIndex(folder)


def ranked(index, task, **options):
    return index.rank(task, weights={}, related={}, rules=EVERYWHERE, now=NOW, **options)


@pytest.mark.parametrize("name", sorted(make_texts.TRACKS))
def test_the_candidate_index_ranks_full_texts_no_worse_than_plain_words(tmp_path, name):
    files, answers = make_texts.texts(name)
    texts = matching_texts._texts(name, files["tasks"], files["freelancers"], answers)
    people = [person(number, *item) for number, item in enumerate(zip(texts.people, texts.languages[1], strict=True))]
    index = base_of(tmp_path / "index", people)
    scores = np.zeros(texts.grades.shape)

    for row, item in enumerate(zip(texts.tasks, texts.languages[0], strict=True)):
        for result in ranked(index, brief(*item), candidates=4000, limit=400):
            scores[row, result.owner.int & 0xFFFF] = result.match.score

    assert matching_texts.measured(scores, texts) >= matching_texts.measured(matching_texts.plain(texts), texts)


def test_a_delta_is_weighted_by_the_words_of_its_base(tmp_path):
    index = base_of(tmp_path / "index", [person(1, "turbines and gears"), person(2, "turbines"), person(3, "offices")])
    delta = Writer()
    delta.add(person(3, "gears"))
    delta.add(person(4, "turbines, gears, offices and windmills"))

    put_delta(tmp_path / "index", delta.columns(index.word_rarity), gone=[])

    results = ranked(index, brief("windmills, gears, turbines"))
    assert {result.owner.int & 0xFFFF for result in results} == {1, 2, 4}  # gears: used by one person of the base alone
    assert all("windmills" not in {word.text for word in result.match.inputs.words} for result in results)


@pytest.mark.parametrize("people", [1, 3, 7])
def test_people_are_weighted_alike_in_parts_and_together(monkeypatch, people):
    bags = word_weights.entries_of({row: dict.fromkeys(range(row, row + 90), 1 + row) for row in range(9)})
    rarity = word_weights.counted(bags, 9)
    together = word_weights.kept(bags, rarity)

    monkeypatch.setattr(word_weights, "PEOPLE_AT_ONCE", people)

    apart = word_weights.kept(bags, rarity)
    for part, whole in (
        (apart.rows, together.rows),
        (apart.numbers, together.numbers),
        (apart.values, together.values),
    ):
        assert part.tolist() == whole.tolist()
    assert np.bincount(together.rows).max() == word_weights.WORDS_KEPT


def test_only_the_heaviest_words_of_a_task_are_read():
    bags = word_weights.entries_of(
        {row: {number: 1 for number in range(100) if number % (row + 1) == 0} for row in range(9)}
    )
    rarity = word_weights.counted(bags, 9)

    read = word_weights.read(dict.fromkeys(range(100), 1), rarity)

    assert len(read) == word_weights.WORDS_READ
    assert sum(weight**2 for weight in read.values()) == pytest.approx(1, abs=1e-4)
    assert list(read.values()) == sorted(read.values(), reverse=True)


def test_words_never_lower_a_score_and_raise_it_by_three_tenths_at_most(tmp_path):
    index = base_of(tmp_path / "index", [person(1, "turbines"), person(2, "turbines")])
    without, with_words = (
        scoring.score(task, person(1, "turbines"), rarity={}, related={}, now=NOW, word_rarity=index.word_rarity)
        for task in (brief("offices"), brief("turbines"))
    )

    assert (without.words, with_words.words) == (0, 1)
    assert with_words.components["skill"] - without.components["skill"] == pytest.approx(60 * formula.WORDS_SHARE)
