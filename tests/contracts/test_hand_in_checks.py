"""Whether what is handed in is what the criteria ask for: pass, fail, or not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.hand_in import texts
from apps.contracts.hand_in.checks import HandedFile, findings, is_public_address


def file(name="guide.pdf", size=1_000_000, sha256="", **facts) -> HandedFile:
    kinds = {"pdf": "application/pdf", "png": "image/png", "zip": "application/zip", "txt": "text/plain"}
    return HandedFile(name, kinds[name.rpartition(".")[2]], size, sha256 or name, facts)


def result(criterion: str, *files: HandedFile, links: tuple[str, ...] = ()) -> list[str]:
    rows = findings([("one", criterion)], files, links, {})
    return [row.result for row in rows if row.criterion_id == "one"]


PAGE = "https://example.org/work"


@pytest.mark.parametrize(
    ("criterion", "files", "expected"),
    [
        ("PDF under 8 MB", [file(size=7_000_000)], ["pass", "pass"]),
        ("PDF under 8 MB", [file(size=9_000_000)], ["pass", "fail"]),
        ("PDF under 8 MB", [file(size=8_200_000)], ["pass", "unknown"]),  # 8 MiB is more
        ("PDF under 8 MB", [file("a.png")], ["fail", "unknown"]),
        ("PDF under 8 MB", [file("a.zip", entries=[["deep/a.PDF", 5]])], ["pass", "unknown"]),
        ("PDF", [file("a.zip", entries=[["a.ai", 5]])], ["unknown"]),
        ("1200 x 800 px", [file("a.png", width=1200, height=800)], ["pass", "pass"]),
        ("1200 x 800 px", [file("a.png", width=800, height=1200)], ["fail", "fail"]),
        ("1200 x 800 px", [file("a.png", width=1200, height=800), file("b.png", width=9, height=9)], ["unknown"] * 2),
        ("1200 x 800 px", [file()], ["unknown", "unknown"]),
        ("at least 500 words", [file(words=500)], ["pass"]),
        ("at least 500 words", [file(words=499)], ["fail"]),
        ("at least 500 words", [file("a.txt", words=300), file("b.txt", words=300)], ["pass"]),
        ("at least 500 words", [file()], ["unknown"]),
        ("at most 500 words", [file("a.txt", words=300), file("b.txt", words=300)], ["pass"]),
        ("500 words", [file(words=500)], ["unknown"]),
        ("10 pages", [file(pages=10)], ["pass"]),
        ("10 pages", [file(pages=11)], ["fail"]),
        ("2 files", [file("a.png"), file("b.png")], ["pass"]),
        ("2 files", [file("a.png")], ["fail"]),
        ("2 files", [file("a.zip")], ["unknown"]),
        ("in German", [file("a.txt", words=90, language="de")], ["pass"]),
        ("in German", [file("a.txt", words=90, language="en")], ["fail"]),
        ("in German", [file("a.txt", words=9)], ["unknown"]),
        ("Simplified Chinese", [file("a.txt", words=9, language="zh", spelling="zh-hant")], ["fail"]),
    ],
)
def test_a_criterion_is_judged(criterion, files, expected):
    assert result(criterion, *files) == expected


@pytest.mark.parametrize("criterion", ["PDF", "at least 500 words", "3 files", "in German", "10 pages"])
def test_work_behind_a_link_may_be_what_is_missing(criterion):
    assert result(criterion, file("a.txt", words=5, language="en", pages=1)) == ["fail"]
    assert result(criterion, file("a.txt", words=5, language="en", pages=1), links=(PAGE,)) == ["unknown"]


def test_a_file_that_is_too_large_stays_too_large_beside_a_link():
    assert result("under 2 MB", file(size=3_000_000), links=(PAGE,)) == ["fail"]


def general(kind, *args):
    return [row.result for row in findings([], *args) if row.kind == kind]


def test_files_of_earlier_versions_are_recognized():
    old, new = file("a.png", sha256="a"), file("b.png", sha256="b")
    assert general("duplicate", [old, new], [], {"a": 2}) == ["unknown"]
    assert general("duplicate", [old], [], {"a": 2}) == ["fail"]
    assert general("duplicate", [old], [PAGE], {"a": 2}) == ["unknown"]
    assert general("duplicate", [new], [], {"a": 2}) == ["pass"]
    assert general("duplicate", [new, new], [], {}) == ["unknown"]
    assert general("duplicate", [new], [], {}) == []


def test_a_locked_or_damaged_file_is_reported():
    assert general("readable", [file(problem="locked"), file("b.pdf")], [], {}) == ["fail"]
    assert general("readable", [file()], [], {}) == ["pass"]


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a", "http://a.example.co.uk:8080/?q=1", "https://مثال.إختبار/a", "https://8.8.8.8/",
     "https://bücher.de", "https://xn--bcher-kva.de."],
)  # fmt: skip
def test_an_address_that_everybody_can_open(address):
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    ["http://localhost/a", "http://192.168.0.2/", "http://[::1]/", "https://files.local/a", "https://intranet/a",
     "ftp://example.org/", "https://user@example.org/", "https://example.org:99999/", "https://a..org", "https://-a.org",
     "https://exa mple.org", "https://10.0.0.1", "file:///home/a", "https://", "http://1.2.3"],
)  # fmt: skip
def test_an_address_that_only_its_owner_can_open(address):
    assert not is_public_address(address)


@given(st.text(max_size=80))
def test_any_text_can_be_an_address(text):
    is_public_address(text)
    is_public_address(f"https://{text}")


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "width": st.integers(1, 9000), "height": st.integers(1, 9000), "pages": st.integers(0, 500),
        "words": st.integers(0, 10**6), "language": st.sampled_from(["en", "de", "zh"]),
        "spelling": st.sampled_from(["en-gb", "zh-hans"]), "problem": st.sampled_from(["locked", "broken"]),
    },
)  # fmt: skip
FILES = st.lists(
    st.builds(
        lambda name, size, facts: HandedFile(name, "image/png" if name.endswith("png") else "application/pdf", size, name, facts),
        st.sampled_from(["a.png", "b.pdf", "c.zip", "d.txt", "e"]), st.integers(1, 10**8), FACTS,
    ),
    max_size=10,
)  # fmt: skip
CRITERIA = st.lists(
    st.sampled_from(["PDF under 8 MB", "at least 500 words", "1200 x 800 px", "3 files", "in British English", "PNG or JPG",
                     "at most 3 pages", "about 20 pages", "Looks good"]),
    max_size=5,
)  # fmt: skip


@given(CRITERIA, FILES, st.lists(st.just(PAGE), max_size=2))
def test_whatever_is_handed_in_gets_findings_that_can_be_read(criteria, files, links):
    rows = findings([(str(number), text) for number, text in enumerate(criteria)], files, links, {"a.png": 1})
    for row in rows:
        assert row.result in ("pass", "fail", "unknown")
        assert len(row.values) <= 10
        assert texts.finding_text(row.plain()).label


@given(CRITERIA, FILES)
def test_a_link_never_turns_a_finding_into_a_failure(criteria, files):
    numbered = [(str(number), text) for number, text in enumerate(criteria)]
    without = [row.result for row in findings(numbered, files, [], {}) if row.criterion_id]
    beside = [row.result for row in findings(numbered, files, [PAGE], {}) if row.criterion_id]
    assert all(after in (before, "unknown") for before, after in zip(without, beside, strict=True))
