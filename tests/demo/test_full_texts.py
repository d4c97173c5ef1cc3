"""
Full texts on both sides: never ranked below plain TF-IDF of words, which is computed here from the same texts.

Plain: scikit-learn's `TfidfVectorizer(sublinear_tf=True)` with its own words, fitted on both sides, and the cosine.
"""

import pytest

from bench import matching_texts
from ranking import full_texts
from tests.demo import make_texts, make_tracks
from tests.demo.measures import measured
from tests.demo.test_dev_tracks import SHARED
from tests.demo.test_match_eval import lines, run

NOISE = 0.005
"""How far below plain a track may be: with a hundred tasks a single changed place moves nDCG@10 by about as much."""


def written(folder, files):
    for name, rows in files.items():
        make_tracks.write(folder / f"{name}.jsonl.gz", rows)


def plain_of(files, answers):
    texts = matching_texts._texts("", files["tasks"], files["freelancers"], answers)
    return matching_texts.measured(matching_texts.plain(texts), texts)


@pytest.mark.parametrize("name", sorted(make_texts.TRACKS))
def test_full_texts_are_ranked_no_worse_than_by_plain_words(tmp_path, name):
    files, answers = make_texts.texts(name)
    written(tmp_path / "in" / "any", files)

    summary = run(tmp_path / "in", tmp_path / "out")

    assert summary["tracks"]["any"]["how"] == "texts"
    assert measured(tmp_path / "out" / "any.jsonl", answers)[0] >= plain_of(files, answers)


def test_people_without_history_keep_their_places_where_all_have_full_texts(tmp_path):
    files, answers = make_texts.texts_with_history()
    written(tmp_path / "in" / "any", files)

    summary = run(tmp_path / "in", tmp_path / "out")

    assert summary["tracks"]["any"]["how"] == "history"
    assert measured(tmp_path / "out" / "any.jsonl", answers)[0] >= plain_of(files, answers)


def test_later_tasks_change_nothing_for_earlier_ones(tmp_path):
    files, _ = make_texts.texts("texts_en", people=60, tasks=12)
    timed = [row | {"t": number} for number, row in enumerate(files["tasks"])]
    written(tmp_path / "in" / "all", files | {"tasks": timed})
    written(tmp_path / "in" / "early", files | {"tasks": timed[:6]})

    run(tmp_path / "in", tmp_path / "out")

    assert lines(tmp_path / "out" / "all.jsonl")[:6] == lines(tmp_path / "out" / "early.jsonl")


def test_scripts_without_spaces_gain_from_being_cut():
    """Plain words find nearly nothing there, so being above them is no achievement: a floor of our own."""
    files, answers = make_texts.texts("texts_zh")
    texts = matching_texts._texts("", files["tasks"], files["freelancers"], answers)

    scores = full_texts.likeness(texts.tasks, texts.people, texts.languages)

    assert matching_texts.measured(scores, texts) >= 0.55


def test_the_generated_texts_are_as_long_as_described():
    files, answers = make_texts.texts("texts_en")

    assert files == make_texts.texts("texts_en")[0]
    for side, (least, most) in {"freelancers": (150, 600), "tasks": (100, 400)}.items():
        lengths = [len(row["text"].split()) for row in files[side]]
        assert least <= min(lengths)
        assert max(lengths) <= most + 60  # the last sentence is written to its end
        assert not any(row["skills"] or row["title"] for row in files[side])
    assert {grade for relevant in answers.values() for grade in relevant.values()} == {1, 2, 3}


REAL = {texts.name: texts for texts in matching_texts.real(SHARED / "data")}


@pytest.mark.skipif(not REAL, reason="no copy of the development data lies beside the project")
@pytest.mark.parametrize("name", [*matching_texts.FORUMS, *matching_texts.MOVES])
def test_real_texts_are_ranked_no_worse_than_by_plain_words(name):
    if name not in REAL:
        pytest.skip(f"no copy of {name} lies beside the project")
    texts = REAL[name]

    scores = full_texts.likeness(texts.tasks, texts.people, texts.languages)

    plain = matching_texts.measured(matching_texts.plain(texts), texts)
    assert matching_texts.measured(scores, texts) >= plain - NOISE
