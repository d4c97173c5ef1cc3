import numpy as np
import pytest

from apps.matching.scoring import linker as linkers
from apps.matching.scoring import taxonomy, vectors
from apps.matching.scoring.text import LabelIndex, normal, pair_likeness, passages


@pytest.fixture(scope="module")
def linker():
    return linkers.shipped()


def names(linker, row, language="en"):
    known = linker.taxonomy.skill_names[language]
    return {text for text, one in zip(known.texts, known.rows, strict=True) if one == row}


@pytest.mark.parametrize(
    ("label", "language", "name"),
    [
        ("Kundendienst", "de", "customer service"),
        ("KUNDENDIENST ", "de-AT", "customer service"),
        ("diseño gráfico", "es", "graphic design"),
        ("customer service", "fr", "customer service"),
    ],
)
def test_a_name_in_its_language_or_in_english_is_exact(linker, label, language, name):
    found = linker.exact(label, language)

    assert name in names(linker, max(found, key=lambda row: found[row]))


def test_what_is_no_name_is_not_exact(linker):
    assert linker.exact("zzz no such skill", "en") == {}
    assert linker.exact("", None) == {}


@pytest.mark.parametrize(
    ("label", "language", "name"),
    [
        ("customer servise", "en", "customer service"),  # misspelt
        ("service à la clientèle", "fr", "customer service"),  # a language without preferred names here: by meaning
        ("обслуживание клиентов", "ru", "customer service"),
    ],
)
def test_what_is_only_like_a_name_comes_near_it(linker, label, language, name):
    [scores] = linker.skills_like([label], language)

    best = [int(row) for row in np.argsort(-scores)[:3]]
    assert any(name in names(linker, row) for row in best)
    assert scores.min() >= 0 and scores.max() <= 2.001


def test_lists_are_linked_with_exact_names_full_and_guesses_soft(linker):
    exact, guess, nothing = linker.linked([["customer service"], ["customer servise"], []], ["en", "en", None])

    assert exact.max() >= 0.95
    assert 0 < guess.max() < exact.max()
    assert nothing.nnz == 0


def test_a_sentence_is_read_in_passages(linker):
    [scores] = linker.skills_in(["We look for someone who knows Java and can train employees in sales."], "en")

    first = {name for row in np.argsort(-scores)[:10] for name in names(linker, int(row))}
    assert "java (computer programming)" in first
    assert "train employees" in first


def test_passages_lie_in_the_text_and_hold_every_short_run():
    text = "Java, CI/CD and SQL.  Train dogs"
    found = {text[start:end] for start, end in passages(text, words_max=2)}

    assert {"Java", "CI/CD", "CI", "SQL", "Train dogs", "dogs"} <= found
    assert not any(one != one.strip() for one in found)


def test_an_index_gives_each_concept_its_likest_label():
    index = LabelIndex(["cook", "chef", "driver"], [0, 0, 2], size=3)

    scores = index.likeness(["chef", "driver", "", "qqq"])

    assert scores.shape == (4, 3)
    assert scores[0].argmax() == 0 and scores[0, 0] == pytest.approx(1)
    assert scores[1].argmax() == 2
    assert not scores[2:].any()
    assert index.best_likeness(["chef", "driver"], np.array([2, 0])).tolist() == pytest.approx([1, 1])


def test_an_empty_index_and_empty_lists_answer_nothing():
    assert LabelIndex(["a"], [0], size=1).likeness([]).shape == (0, 1)
    assert pair_likeness(["cook"], ["", ""]).tolist() == [[0, 0]]


def test_vectors_bring_languages_together_and_leave_the_silent_at_zero():
    cook, koch, lawyer, nothing = vectors.encode(["cook", "Koch", "lawyer", ""])

    assert cook @ koch > cook @ lawyer + 0.2
    assert np.linalg.norm(cook) == pytest.approx(1, abs=1e-4)
    assert not nothing.any()


def test_the_taxonomy_is_whole():
    shipped = taxonomy.shipped()
    assert len(shipped.skill_keys) == len(vectors.skills()) == len(vectors.skill_names()) == shipped.profiles.shape[1]
    assert len(shipped.occupation_keys) == len(vectors.occupations()) == shipped.profiles.shape[0]
    assert {"en", "de", "fr", "es", "nl", "sv"} <= set(shipped.skill_names)
    assert len(shipped.occupation_names) >= 21
    assert all(text == normal(text) for text in shipped.skill_names["de"].texts)


@pytest.mark.parametrize(("code", "base"), [("de-AT", "de"), ("nb", "no"), (None, "en"), ("zh_Hans", "zh"), ("", "en")])
def test_a_language_is_read_by_its_base(code, base):
    assert taxonomy.base_language(code) == base
