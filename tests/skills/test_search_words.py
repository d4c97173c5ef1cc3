"""Two hundred searches in fourteen languages find the tasks they should; `search_queries.yaml` says how they were made."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from apps.common.actors import STRANGER
from apps.skills import queries as skills
from apps.skills.models import Category, Skill
from apps.skills.rules import CATEGORY, SKILL, Lexicon, Name, concept
from apps.tasks import queries as tasks
from ranking import skill_files

QUERIES = yaml.safe_load((Path(__file__).parent / "search_queries.yaml").read_text(encoding="utf-8"))
FOUND_MIN, FIRST_MIN, FOUND_OF_LANGUAGE_MIN, FIRST_OF_LANGUAGE_MIN = 0.98, 0.90, 0.9, 0.75


@pytest.fixture
def task_of(make):
    """The tasks of the file by name, published by the real operations."""
    categories = dict(Category.objects.values_list("slug", "id"))
    ids = dict(Skill.objects.values_list("slug", "id"))
    employer = make.employer()
    return {
        name: make.task(
            employer=employer, title=title, source_language=language, category_id=categories[category],
            skill_ids=tuple(ids[slug] for slug in slugs), background="", goal="·", requirements="·", payment_terms="·",
        ).id
        for name, (language, category, slugs, title) in QUERIES["tasks"].items()
    }  # fmt: skip


def test_searches_in_fourteen_languages_find_what_they_should(task_of, make):
    hits: dict[str, list[float]] = defaultdict(list)
    first: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for language, queries in QUERIES["queries"].items():
        for query, names in queries.items():
            filters = tasks.TaskFilter(text=query)
            page = tasks.search_page(tasks.search(STRANGER, filters, make.now), filters)
            ids, right = [task.id for task in page], {task_of[name] for name in names}
            hits[language].append(len(right & set(ids)) / len(right))
            first[language].append(bool(ids) and ids[0] in right)
            if hits[language][-1] < 1 or not first[language][-1]:
                missed.append((language, query))

    def rate(values):
        return sum(values) / len(values)

    assert sum(map(len, hits.values())) >= 200
    assert len(hits) == 14
    by_language = {language: (rate(hits[language]), rate(first[language])) for language in hits}
    assert min(found_rate for found_rate, _ in by_language.values()) >= FOUND_OF_LANGUAGE_MIN, (by_language, missed)
    assert min(first_rate for _, first_rate in by_language.values()) >= FIRST_OF_LANGUAGE_MIN, (by_language, missed)
    assert rate([value for values in hits.values() for value in values]) >= FOUND_MIN, missed
    assert rate([value for values in first.values() for value in values]) >= FIRST_MIN, missed


@pytest.fixture(scope="module")
def lexicon():
    names = [
        Name(concept(SKILL, row.id), label.language, label.text)
        for row in skill_files.core_skills()
        for label in row.labels
    ]
    return Lexicon(names)


def exactly(lexicon, query):
    """The slugs of the skills that a query names exactly."""
    slugs = {concept(SKILL, row.id): row.slug for row in skill_files.core_skills()}
    return {slugs[item] for term in lexicon.search_terms(query).terms for item in term.exact}


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("inDesing", {"indesign"}), ("Wordpres", {"wordpress"}), ("logos designs", {"logo-design"}),
        ("graphc desing", {"graphic-design"}), ("перекладу", {"translation"}), ("翻訳してほしい", {"translation"}),
        ("로고를 만들어 주세요", {"logo-design"}), ("I need a logo for my shop", {"logo-design"}),
        ("e-commerce", set()), ("react native", {"react-native"}), ("c++", {"cpp"}), ("C#", {"csharp"}),
        ("node.js", {"nodejs"}), ("nodejs", {"nodejs"}), ("qqqqq", set()), ("", set()), ("🙂", set()),
    ],
)  # fmt: skip
def test_a_query_names_skills(lexicon, query, slugs):
    assert exactly(lexicon, query) == slugs


@pytest.mark.parametrize(
    "query", ["a", "of the", "を", "%", "'; --", "\\", "\x00", "-/.", "x" * 200, "字" * 200, "ก" * 200]
)
def test_any_text_is_a_query(lexicon, query):
    assert len(lexicon.search_terms(query).terms) <= 24


def test_a_compound_means_its_known_parts(lexicon):
    terms = lexicon.search_terms("Logogestaltung").terms
    assert concept(SKILL, skill_files.skill_id("logo-design")) in terms[0].concepts
    assert not terms[0].exact


def test_a_word_for_people_also_means_the_special_kinds(lexicon):
    """ "Translator" is part of the name of translation only, but people search for translators of contracts too."""
    terms = lexicon.search_terms("translators").terms
    assert concept(SKILL, skill_files.skill_id("legal-translation")) in terms[0].concepts


@pytest.mark.django_db
def test_names_of_categories_are_known_in_every_language():
    design = Category.objects.get(slug="design")
    for word in ("Gestaltung", "デザイン", "дизайн", "ออกแบบ", "التصميم", "设计"):
        concepts = {item for term in skills.search_terms(word).terms for item in term.concepts}
        assert concept(CATEGORY, design.id) in concepts, word


@pytest.mark.django_db
def test_a_search_sends_no_statement_for_the_names(settings, django_assert_num_queries):
    settings.REFERENCE_MEMORY_SECONDS = 300
    skills.search_terms("logo")
    with django_assert_num_queries(0):
        skills.search_terms("перевод сайта")


def test_every_language_names_every_skill_that_is_no_product():
    files = skill_files.label_files()
    assert len(files) >= 14
    named = set(files["de"]["skills"])
    slugs = {row.slug for row in skill_files.core_skills()}
    for language, names in files.items():
        assert named <= set(names["skills"]) <= slugs, language
        assert set(names["categories"]) == set(files["de"]["categories"]), language
        for labels in [*names["skills"].values(), *names["categories"].values()]:
            assert labels, language
            assert all(label.strip() == label and 0 < len(label) <= 80 for label in labels), (language, labels)
            assert len({label.casefold() for label in labels}) == len(labels), (language, labels)


def test_skills_have_different_names():
    """The name shown for a skill is no other skill's name in that language, or readers could not tell them apart."""
    for language, names in skill_files.label_files().items():
        shown = [labels[0].casefold() for labels in names["skills"].values()]
        assert sorted(name for name in shown if shown.count(name) > 1) == [], language
