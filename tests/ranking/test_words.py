import numpy as np
import pytest

from ranking import full_texts, words


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Welding of turbines, welded", "en", ["welding", "of", "turbines", "welded", "~weld", "~of", "~turbin", "~weld"]),
        ("C++ and C#", "en", ["c++", "and", "c#", "~c++", "~and", "~c#"]),
        ("数据库", "zh-hans", ["数", "据", "库", "数据", "据库"]),
        ("SAP数据", "zh-hans", ["数", "据", "数据", "sap"]),
        ("นักพัฒ", "th", ["นัก", "ักพ", "กพั", "พัฒ"]),
        ("हिन्दी में", None, ["हिन्दी", "में", "~हिन्दी", "~में"]),
        ("الهندسة", "ar", ["الهندسة", "~هندس"]),
        ("", "en", []),
    ],
)  # fmt: skip
def test_a_text_becomes_words_and_stems(text, language, expected):
    assert words.words(text, language) == expected


def test_words_as_written_have_no_stems_and_no_signs():
    assert words.written("C++ welding, 数据 snake_case c1++") == ["数", "据", "数据", "welding", "snake_case", "c1"]


def test_rare_shared_words_count_more_than_common_ones():
    left = ["the turbine"]
    right = ["the turbine", "the garden", "the kitchen", "turbine hall"]

    [row] = words.likeness(left, right, (["en"], ["en"] * 4))

    assert row[0] == pytest.approx(1, abs=1e-6)
    assert row[3] > row[1] == pytest.approx(row[2])


def test_without_words_nothing_is_alike():
    assert not words.likeness(["", "a"], ["...", ""], ([None] * 2, [None] * 2)).any()
    assert not full_texts.likeness([""], ["welding", ""], (["en"], ["en"] * 2))[0, 1] > 0


def test_full_texts_are_not_encoded_and_short_ones_are():
    """The encoder reads the first words alone."""
    long = " ".join(f"word{number}" for number in range(300))

    assert "meaning" not in full_texts.signals([long], [long, "short"], (["en"], ["en"] * 2))
    assert "meaning" in full_texts.signals(["a short text"], ["a short one"], (["en"], ["en"]))


def test_a_row_of_equal_values_becomes_zero():
    assert not full_texts.standard(np.full((2, 3), 5, dtype=np.float32)).any()
