"""What the words of an acceptance criterion ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.hand_in.requirements import TEXT_CHARACTERS_MAX, Requirement, requirements


def counted(kind: str, low: int | None, high: int | None, **more: object) -> Requirement:
    return Requirement(kind, low, high, **more)  # type: ignore[arg-type]


def typed(*names: str, is_any: bool = False) -> Requirement:
    return Requirement("type", names=names, is_any=is_any)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("PDF under 8 MB", [typed("pdf"), counted("size", None, 80, unit="mb", of_types=("pdf",))]),
        ("at least 500 words", [counted("words", 500, None)]),
        ("Between 500 and 700 words", [counted("words", 500, 700)]),
        ("1,200 words minimum", [counted("words", 1200, None)]),
        ("fewer than 300 words", [counted("words", None, 299)]),
        ("300+ words", [counted("words", 300, None)]),
        ("1200 x 800 px", [counted("width", 1200, 1200), counted("height", 800, 800)]),
        ("Banner, at least 2000 px wide", [counted("width", 2000, None)]),
        ("3 files", [counted("files", 3, 3)]),
        ("At most three pages", [counted("pages", None, 3)]),
        ("JPG or PNG, max. 500 KB each", [
            typed("jpg", "png", is_any=True), counted("size", None, 5000, unit="kb", of_types=("jpg", "png")),
        ]),
        ("Logo as PNG and SVG", [typed("png", "svg")]),
        ("Translated from German into English", [Requirement("language", names=("en",))]),
        ("In British English", [Requirement("language", names=("en",)), Requirement("spelling", names=("en-gb",))]),
        ("不少于500字", [counted("words", 500, None)]),
        ("不超过500字", [counted("words", None, 500)]),
        ("三个文件", [counted("files", 3, 3)]),
        ("PDF文件不大于5MB", [typed("pdf"), counted("size", None, 50, unit="mb", of_types=("pdf",))]),
        ("１２００×８００像素", [counted("width", 1200, 1200), counted("height", 800, 800)]),
        ("以简体中文撰写", [Requirement("language", names=("zh",)), Requirement("spelling", names=("zh-hans",))]),
        ("500 كلمة على الأقل", [counted("words", 500, None)]),
        ("عدد الكلمات: لا يقل عن ١٬٢٠٠ كلمة", [counted("words", 1200, None)]),
        ("ملف PDF أقل من ٨ ميغابايت", [typed("pdf"), counted("size", None, 80, unit="mb", of_types=("pdf",))]),
        ("3 ملفات", [counted("files", 3, 3)]),
        ("صفحتان", [counted("pages", 2, 2)]),
        ("باللغة العربية", [Requirement("language", names=("ar",))]),
    ],
)  # fmt: skip
def test_a_criterion_is_read(criterion, expected):
    assert requirements(criterion) == expected


@pytest.mark.parametrize(
    "criterion",
    [
        "No PDF", "Everything in the PDF is translated", "5 pages per day", "Every page is translated",
        "Opens on a phone with 1280 x 720 px", "Proofread in German and in English", "Looks good", "", "One file",
        "210 x 297 mm", "根据PDF排版", "بدون PDF", "Answers within 8 hours",
    ],
)  # fmt: skip
def test_words_that_could_mean_something_else_give_nothing(criterion):
    assert requirements(criterion) == []


@pytest.mark.parametrize("criterion", ["about 500 words", "500 words", "All 12 pages are translated", "500字左右"])
def test_a_number_without_a_clear_bound_is_measured_and_not_judged(criterion):
    assert [item.is_rough for item in requirements(criterion)] == [True]


@given(st.text(max_size=3 * TEXT_CHARACTERS_MAX))
def test_any_text_can_be_a_criterion(text):
    for item in requirements(text):
        assert item.low is None or item.high is None or item.low <= item.high or item.is_rough
        assert item.low is not None or item.high is not None or item.names


@given(st.integers(1, 900_000), st.sampled_from(["at least {} words", "不少于{}字", "لا يقل عن {} كلمة"]))
def test_a_number_is_the_same_in_every_language(number, sentence):
    [item] = requirements(sentence.format(number))
    assert (item.kind, item.low, item.high) == ("words", number, None)
    assert requirements(sentence.format(f"{number:,}")) == [item]
