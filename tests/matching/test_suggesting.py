import pytest

from ranking import linker as linkers
from ranking import skill_files, skill_suggestions


@pytest.fixture(scope="module")
def suggest():
    linker = linkers.shipped()
    return lambda text, language="en": skill_suggestions.suggest(text, language, linker)


def core(slug):
    return skill_files.skill_id(slug)


def words(text, found):
    return {text[one.start : one.end] for one in found}


def test_names_in_running_text_are_found_with_where_they_stand(suggest):
    text = "Five years of Django and PostgreSQL; customer service in two languages."

    found = suggest(text)

    sure = [one for one in found if one.is_sure]
    assert {core("django"), core("postgresql")} <= {one.skill_id for one in sure}
    assert {"Django", "PostgreSQL", "customer service"} <= words(text, sure)
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


def test_the_longest_name_is_meant_not_the_one_inside(suggest):
    text = "machine learning"
    assert words(text, suggest(text)) == {"machine learning"}


def test_a_guess_is_never_sure(suggest):
    text = "customer servise, traducing of documents"

    found = suggest(text)

    assert found
    assert not any(one.is_sure for one in found)


@pytest.mark.parametrize(
    ("text", "language", "words_of"),
    [
        ("我会平面设计和搜索引擎优化", "zh-hans", {"平面设计", "搜索引擎优化"}),
    ],
)
def test_other_languages_are_read_in_their_own_names(suggest, text, language, words_of):
    assert words_of <= words(text, [one for one in suggest(text, language) if one.is_sure])


@pytest.mark.parametrize("text", ["", "   ", ".,;:()", "+" * 50_000, "\x00\ufffd", "a b c d"])
def test_what_says_nothing_suggests_nothing(suggest, text):
    assert [one for one in suggest(text) if one.is_sure] == []


def test_every_skill_comes_once_and_the_list_ends(suggest):
    text = "Python, " * 3_000 + ", ".join(one.labels[0].text for one in skill_files.core_skills())

    found = suggest(text)

    assert len({one.skill_id for one in found}) == len(found) <= 40


@pytest.mark.parametrize(
    ("parted", "plain", "evidence"),
    [
        ("work\ufb02ow automation", "workflow automation", "work\ufb02ow automation"),
        ("I know Photo\u00adshop well", "I know Photoshop well", "Photo\u00adshop"),
        ("Kuber-\nnetes and Docker", "Kubernetes and Docker", "Kuber-\nnetes"),
    ],
)
def test_a_text_as_it_was_set_names_the_same_skills(suggest, parted, plain, evidence):
    found = suggest(parted)
    assert {one.skill_id for one in found} >= {one.skill_id for one in suggest(plain)}
    assert evidence in words(parted, found)
