import pytest

from apps.skills import queries
from apps.skills.models import Skill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("React", "react"), ("react.js", "react"), ("نكست جي إس", "nextjs"), ("شوبيفاي", "shopify"),
        ("速卖通", "aliexpress"), ("速賣通", "aliexpress"), ("市场调研", "market-research"), ("C++", "cpp"),
        ("تَرْجَمة", "translation"), ("ووردبريس", "wordpress"), ("ユニティ Unity", None), ("FIGMA", "figma"),
        ("surch engine optimization", "seo"), ("graphc desgin", "graphic-design"), ("إدخال البيانات", "data-entry"), ("抠图", "photo-retouching"),
    ],
)  # fmt: skip
def test_a_skill_is_found_by_any_label_in_any_language(text, slug):
    skills = queries.find_skills(text, "en")
    if slug is None:
        assert all(item.label for item in skills)
    else:
        assert Skill.objects.get(id=skills[0].id).slug == slug


def test_the_reader_sees_their_language_and_what_was_matched():
    skills = queries.find_skills("abandoned cart", "ar") + queries.find_skills("市场分析", "ar", 1)
    assert (skills[-1].label, skills[-1].matched, skills[-1].matched_language) == ("أبحاث السوق", "市场分析", "zh-hans")


def test_exact_names_come_before_beginnings():
    assert [skill.label for skill in queries.find_skills("java", "en", 3)][:2] == ["Java", "JavaScript"]


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "\\", "'; --", "x" * 500, "\x00"])
def test_strange_text_finds_nothing_or_little_and_breaks_nothing(text):
    assert len(queries.find_skills(text, "en")) <= 10


def test_labels_fall_back_to_english():
    react = Skill.objects.get(slug="data-entry")
    assert queries.labels([react.id], "sv") == {react.id: "Data entry"}
    assert queries.labels([react.id], "pt-br") == {react.id: "Entrada de dados"}
    assert queries.labels([react.id], "zh-hans") == {react.id: "数据录入"}


def test_related_skills_go_both_ways():
    react, redux = (Skill.objects.get(slug=slug).id for slug in ("react", "redux"))
    assert queries.related_skills([redux])[redux][react] == 600
    assert redux in queries.related_skills([react])[react]


def test_find_asks_the_database_at_most_three_times(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        queries.find_skills("grafik design", "en")
