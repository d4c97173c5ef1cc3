import numpy as np
import pytest

from ranking import linker as linkers
from ranking import multilingual_encoder, skill_files, taxonomy, vectors
from ranking.text import LabelIndex, normal, pair_likeness, passages
from scripts import build_linking


@pytest.fixture(scope="module")
def linker():
    return linkers.shipped()


def names(linker, row, language="en"):
    existing = linker.taxonomy.skill_names[language]
    return {text for text, item in zip(existing.texts, existing.rows, strict=True) if item == row}


@pytest.mark.parametrize(
    ("label", "language", "name"),
    [
        ("Customer Service ", "en", "customer service"),
        ("CUSTOMER SERVICE", "de-AT", "customer service"),
        ("customer service", "fr", "customer service"),
    ],
)
def test_a_name_in_its_language_or_in_english_is_exact(linker, label, language, name):
    exact = linker.exact(label, language)

    assert name in names(linker, max(exact, key=lambda row: exact[row]))


def test_what_is_no_name_is_not_exact(linker):
    assert linker.exact("zzz no such skill", "en") == {}
    assert linker.exact("", None) == {}


@pytest.mark.parametrize(
    ("label", "language", "name"),
    [
        ("customer servise", "en", "customer service"),  # misspelt
        ("service à la clientèle", "fr", "customer service"),  # a language without preferred names here: by meaning
        ("обслуживание клиентов", "ru", "customer service"),
        ("kundtjänst", "sv", "customer service"),  # a language that only the wide encoder knows
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


def test_beyond_what_the_wide_encoder_can_read_in_time_names_are_linked_all_the_same(linker, monkeypatch):
    lists = [["customer servise"], ["kundtjänst", "customer servise"]]
    both = linker.linked(lists, ["en", "sv"])
    monkeypatch.setattr("ranking.linker.BROADLY_MAX", 0)
    none = linker.linked(lists, ["en", "sv"])

    assert none.shape == both.shape
    assert set(none.indices[none.indptr[0] : none.indptr[1]]) & set(both.indices[both.indptr[0] : both.indptr[1]])


def test_a_sentence_is_read_in_passages(linker):
    [scores] = linker.skills_in(["We look for someone who knows Java and can train employees in sales."], "en")

    first = {name for row in np.argsort(-scores)[:10] for name in names(linker, int(row))}
    assert "java (computer programming)" in first
    assert "train employees" in first


def test_passages_lie_in_the_text_and_hold_every_short_run():
    text = "Java, CI/CD and SQL.  Train dogs"
    result = {text[start:end] for start, end in passages(text, words_max=2)}

    assert {"Java", "CI/CD", "CI", "SQL", "Train dogs", "dogs"} <= result
    assert not any(item != item.strip() for item in result)


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


@pytest.mark.parametrize(
    ("title", "language", "near", "far"),
    [("sjuksköterska", "sv", "Krankenpfleger", "Koch"), ("sygeplejerske", "da", "pielęgniarka", "prawnik")],
)
def test_the_wide_encoder_joins_languages_that_the_quick_one_does_not_know(title, language, near, far):
    [query] = multilingual_encoder.encode([title], language, "occupations")
    others = {"Krankenpfleger": "de", "Koch": "de", "pielęgniarka": "pl", "prawnik": "pl"}
    [[item], [other]] = [multilingual_encoder.encode([text], others[text], "occupations") for text in (near, far)]

    assert query @ item > query @ other + 0.2
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-4)


def test_many_names_are_encoded_as_each_alone():
    names = [f"name {number}" for number in range(40)] + [""]

    together = multilingual_encoder.raw(names)

    assert together[7] == pytest.approx(multilingual_encoder.raw([names[7]])[0], abs=1e-5)
    assert not together[-1].any()
    assert not multilingual_encoder.encode(["", ""], "xx", "skills").any()


def test_the_taxonomy_is_whole():
    shipped = taxonomy.shipped()
    assert len(multilingual_encoder.skills()) == len(shipped.skill_keys)
    assert (
        len(multilingual_encoder.occupations())
        == len(multilingual_encoder.occupation_texts())
        == len(shipped.occupation_keys)
    )
    assert len(shipped.skill_keys) == len(vectors.skills()) == len(vectors.skill_names()) == shipped.profiles.shape[1]
    assert len(shipped.occupation_keys) == len(vectors.occupations()) == shipped.profiles.shape[0]
    assert "en" in shipped.skill_names
    assert "en" in shipped.occupation_names
    assert all(text == normal(text) for text in shipped.skill_names["en"].texts)


@pytest.mark.parametrize(("code", "base"), [("de-AT", "de"), ("nb", "no"), (None, "en"), ("zh_Hans", "zh"), ("", "en")])
def test_a_language_is_read_by_its_base(code, base):
    assert taxonomy.base_language(code) == base


def test_names_that_an_operator_made_of_escos_download_are_read(settings, tmp_path):
    """`scripts/build_linking.py --esco` on two small files of that shape; what ships stays as it is."""
    key = next(key for key in skill_files.skill_keys())
    head = "conceptType,conceptUri,skillType,preferredLabel,altLabels\n"
    (tmp_path / "skills_de.csv").write_text(
        f'{head}KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/{key},knowledge,Eigenname,"Beiname\nZuname"\n'
    )
    rows = sorted(build_linking.names(tmp_path, "skills", {key: 0}))
    build_linking.write(tmp_path / "esco_labels.tsv.gz", rows)
    settings.ESCO_TABLES = tmp_path

    german = [
        (skill_label.row, skill_label.kind, skill_label.text)
        for skill_label in skill_files.skill_labels()
        if skill_label.language == "de"
    ]

    assert sorted(german) == [(0, "a", "Beiname"), (0, "a", "Zuname"), (0, "p", "Eigenname")]
