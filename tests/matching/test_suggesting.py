import pytest

from ranking import linker as linkers
from ranking import skill_files, skill_suggestions


@pytest.fixture(scope="module")
def suggest():
    linker = linkers.shipped()
    return lambda text, language="en": skill_suggestions.suggest(text, language, linker)


def core(slug):
    return skill_files.skill_id(slug)


def words(text, suggestions):
    return {text[item.start : item.end] for item in suggestions}


def test_names_in_running_text_are_found_with_where_they_stand(suggest):
    text = "Five years of Django and PostgreSQL; customer service in two languages."

    result = suggest(text)

    sure = [item for item in result if item.is_sure]
    assert {core("django"), core("postgresql")} <= {item.skill_id for item in sure}
    assert {"Django", "PostgreSQL", "customer service"} <= words(text, sure)
    assert [item.confidence for item in result] == sorted((item.confidence for item in result), reverse=True)


def test_the_longest_name_is_meant_not_the_one_inside(suggest):
    text = "machine learning"
    assert words(text, suggest(text)) == {"machine learning"}


def test_a_guess_is_never_sure(suggest):
    text = "customer servise, traducing of documents"

    result = suggest(text)

    assert result
    assert not any(item.is_sure for item in result)


@pytest.mark.parametrize(
    ("text", "language", "words_of"),
    [
        ("我会平面设计和搜索引擎优化", "zh-hans", {"平面设计", "搜索引擎优化"}),
    ],
)
def test_other_languages_are_read_in_their_own_names(suggest, text, language, words_of):
    assert words_of <= words(text, [item for item in suggest(text, language) if item.is_sure])


@pytest.mark.parametrize("text", ["", "   ", ".,;:()", "+" * 50_000, "\x00\ufffd", "a b c d"])
def test_what_says_nothing_suggests_nothing(suggest, text):
    assert [item for item in suggest(text) if item.is_sure] == []


def test_every_skill_comes_once_and_the_list_ends(suggest):
    text = "Python, " * 3_000 + ", ".join(core_skill.labels[0].text for core_skill in skill_files.core_skills())

    result = suggest(text)

    assert len({item.skill_id for item in result}) == len(result) <= 40


@pytest.mark.parametrize(
    ("parted", "plain", "evidence"),
    [
        ("work\ufb02ow automation", "workflow automation", "work\ufb02ow automation"),
        ("I know Photo\u00adshop well", "I know Photoshop well", "Photo\u00adshop"),
        ("Kuber-\nnetes and Docker", "Kubernetes and Docker", "Kuber-\nnetes"),
    ],
)
def test_a_text_as_it_was_set_names_the_same_skills(suggest, parted, plain, evidence):
    result = suggest(parted)
    assert {item.skill_id for item in result} >= {item.skill_id for item in suggest(plain)}
    assert evidence in words(parted, result)
