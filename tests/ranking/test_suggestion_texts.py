"""How many of the skills suggested for a text are right, on texts of our own in sixteen languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ranking import linker as linkers
from ranking import negation, skill_files, skill_suggestions

TEXTS = yaml.safe_load((Path(__file__).parent / "suggestion_texts.yaml").read_text(encoding="utf-8"))
SURE_RIGHT_MIN, SHOWN_RIGHT_MIN, FOUND_MIN = 0.95, 0.7, 0.75


@pytest.fixture(scope="module")
def names():
    """By skill: the slug of a core skill, the English name of another."""
    result = {row.id: row.labels[0].text for row in skill_files.esco_rows()}
    return result | {row.id: row.slug for row in skill_files.core_skills()}


@pytest.fixture(scope="module")
def suggested(names):
    """For each text the names of what is suggested, and of what is certain."""
    linker = linkers.shipped()
    result = []
    for row in TEXTS:
        suggestions = skill_suggestions.suggest(row["text"], row["language"], linker)
        shown = [names[item.skill_id] for item in suggestions]
        result.append((row, shown, [names[item.skill_id] for item in suggestions if item.is_sure]))
    return result


def test_most_of_what_is_suggested_is_right(suggested):
    shown = sure = shown_right = sure_right = hits = expected = 0
    wrong, missed = [], []
    for row, names_shown, names_sure in suggested:
        right = {*row["right"], *row.get("also", [])}
        shown, sure = shown + len(names_shown), sure + len(names_sure)
        shown_right += len(right & set(names_shown))
        sure_right += len(right & set(names_sure))
        hits, expected = hits + len(set(row["right"]) & set(names_shown)), expected + len(row["right"])
        wrong += [(name, name in names_sure, row["text"]) for name in names_shown if name not in right]
        missed += [(name, row["text"]) for name in row["right"] if name not in names_shown]

    assert len(TEXTS) >= 60
    rates = {
        "sure": (sure_right / sure, sure), "shown": (shown_right / shown, shown), "found": (hits / expected, expected)
    }  # fmt: skip
    assert sure_right / sure >= SURE_RIGHT_MIN, (rates, wrong)
    assert shown_right / shown >= SHOWN_RIGHT_MIN, (rates, wrong)
    assert hits / expected >= FOUND_MIN, (rates, missed)


def test_every_skill_is_suggested_by_one_name(suggested):
    for row, shown, _ in suggested:
        assert len(shown) == len({name.casefold() for name in shown}), row["text"]


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "I do not do Java, PHP or Perl. Python yes.", {"not do Java", "PHP or Perl"}),
        ("en", "Not only Java but also Kotlin", set()),
        ("en", "No Java, but Kotlin", {"No Java"}),
        ("en", "Xero is not required", {"Xero is not required"}),
        ("de", "kein Java, sondern Kotlin", {"kein Java"}),
        ("de", "Nicht nur Java", set()),
        ("fr", "sans Photoshop", {"sans Photoshop"}),
        ("pt", "no Excel", set()),
        ("pt", "sem Excel", {"sem Excel"}),
        ("ru", "Дизайн не нужен. Вёрстка нужна", {"Дизайн не нужен"}),
        ("zh", "不做网站，只做标志", {"不做网站"}),
        ("zh", "不锈钢杯子的照片", set()),
        ("ja", "ナレーションは不要です。字幕をお願いします", {"ナレーションは不要"}),
        ("ko", "번역은 필요 없습니다", {"번역은 필요 없"}),
        ("tr", "muhasebe yapmıyorum", {"muhasebe yapmıyorum"}),
        ("hi", "अनुवाद नहीं चाहिए", {"अनुवाद नहीं"}),
        ("ar", "لا أحتاج إلى ترجمة", {"لا أحتاج إلى ترجمة"}),
    ],
)
def test_what_a_text_denies(language, text, parts):
    assert {text[start:end].strip() for start, end in negation.denied(text, language)} == parts
