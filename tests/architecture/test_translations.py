"""Every catalogue is whole and safe to show; a new string fails here until each language has it (docs/how-to/translate.md)."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils.translation import override, to_locale

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
SOURCES = {".py", ".html", ".txt"}
NOT_SOURCES = ("tests", "bench", "docs", "media", "staticfiles", "artifacts", "__pycache__")

PLACEHOLDER = re.compile(r"%%|%\(\w+\)[a-z]|%[a-z]|\{[^{}]*\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"


def entries(language: str) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(catalogue_path(language))) if not entry.obsolete]


def pairs(language: str) -> list[tuple[polib.POEntry, str, str, bool]]:
    """Each entry with the form of its msgid, each form of its msgstr, and whether that form stands for one number."""
    catalogue = polib.pofile(str(catalogue_path(language)))
    selects = _numbers_of_forms(catalogue.metadata["Plural-Forms"])
    result = []
    for entry in catalogue:
        if entry.obsolete:
            continue
        if entry.msgid_plural:
            for form, text in entry.msgstr_plural.items():
                one_number = int(form) < len(selects) and len(selects[int(form)]) == 1
                result.append((entry, entry.msgid_plural, text, one_number))
        else:
            result.append((entry, entry.msgid, entry.msgstr, False))
    return result


def _numbers_of_forms(rule: str) -> list[set[int]]:
    from gettext import c2py

    count, expression = re.fullmatch(r"nplurals\s*=\s*(\d+);\s*plural\s*=\s*(.+?);?", rule.strip()).groups()
    choose = c2py(expression)
    numbers: list[set[int]] = [set() for _ in range(int(count))]
    for number in range(1000):
        numbers[choose(number)].add(number)
    return numbers


def _needs(program: str) -> None:
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: install gettext")
        pytest.skip(f"{program} is not installed (Debian: apt-get install gettext); the other checks still ran")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_accepted_by_gettext(language):
    _needs("msgfmt")

    done = subprocess.run(
        ["msgfmt", "--check", "--output-file", os.devnull, str(catalogue_path(language))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated_or_doubtful(language):
    left = [entry.msgid for entry in entries(language) if entry.fuzzy or not entry.translated()]

    assert not left, f"{len(left)} in {language}: {left[:10]}"


@pytest.fixture(scope="module")
def strings_of_the_source(tmp_path_factory) -> set[tuple[str | None, str, str]]:
    """What makemessages finds now, in a copy: it writes beside the files it reads."""
    _needs("xgettext")
    tree = tmp_path_factory.mktemp("source")

    def unwanted(folder: str, names: list[str]) -> list[str]:
        return [
            name
            for name in names
            if name.startswith(".")
            or name in NOT_SOURCES
            or not ((path := Path(folder) / name).is_dir() or path.suffix in SOURCES)
        ]

    shutil.copytree(ROOT, tree, ignore=unwanted, dirs_exist_ok=True)
    here = Path.cwd()
    locale_paths = settings.LOCALE_PATHS
    try:
        os.chdir(tree)
        settings.LOCALE_PATHS = []
        call_command("makemessages", locale=["en"], verbosity=0)
    finally:
        settings.LOCALE_PATHS = locale_paths
        os.chdir(here)
    pofile = polib.pofile(str(tree / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    assert len(pofile) > 1000, "the copy does not hold the source"
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in pofile}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_of_the_source_is_missing(language, strings_of_the_source):
    existing = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(language)}

    missing = sorted(msgid for _context, msgid, _plural in strings_of_the_source - existing)

    assert not missing, f"{len(missing)} in {language}; gather them as docs/how-to/translate.md says: {missing[:10]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_original(language):
    """
    A form that stands for a single number (one, two) may say the number in words; nothing else may be left out.

    That holds for named placeholders only: a positional one that is missing fails while the page is made.
    """
    wrong = []
    for _entry, original, text, one_number in pairs(language):
        requested, values = sorted(PLACEHOLDER.findall(original)), sorted(PLACEHOLDER.findall(text))
        left_out = list(requested)
        for placeholder in values:
            if placeholder in left_out:
                left_out.remove(placeholder)
        says_it_in_words = (
            one_number and len(left_out) == 1 and left_out[0].startswith("%(") and len(values) == len(requested) - 1
        )
        if values != requested and not says_it_in_words:
            wrong.append((original, text))

    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_that_of_the_original(language):
    wrong = [
        (original, text)
        for _entry, original, text, _one in pairs(language)
        if sorted(TAG.findall(original)) != sorted(TAG.findall(text))
    ]

    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_and_lines_at_the_ends_are_those_of_the_original(language):
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    wrong = [(original, text) for _entry, original, text, _one in pairs(language) if ends(original) != ends(text)]

    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_header_says_what_the_catalogue_is(language):
    catalogue = polib.pofile(str(catalogue_path(language)))

    assert catalogue.metadata["Project-Id-Version"] == "Tradewind"
    assert catalogue.metadata["Language"] == to_locale(language)
    assert not catalogue.metadata_is_fuzzy
    assert "DESCRIPTIVE" not in catalogue.header


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_newer_than_the_catalogue(language):
    source = catalogue_path(language)
    compiled = source.with_suffix(".mo")

    assert compiled.exists(), "run: python3 go.py setup"
    assert compiled.stat().st_mtime >= source.stat().st_mtime, "run: python3 go.py setup"


@pytest.mark.django_db
def test_an_arabic_page_is_arabic(client):
    page = client.get("/ar/").content.decode()

    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page
    assert "الدفعة المحمية خطوة بخطوة" in page
    navigation = page[page.index("<header") : page.index("</header>")]
    for english in ("Find work", "Find people", "Log in", "Sign up", "Menu", "Switch between"):
        assert english not in navigation
    for arabic in ("البحث عن عمل", "تسجيل الدخول", "إنشاء حساب"):
        assert arabic in navigation


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["accounts/login/", "accounts/signup/", "accounts/password/reset/"])
def test_pages_of_the_login_library_are_arabic_too(client, path):
    answer = client.get(f"/ar/{path}")
    assert answer.status_code == 200
    page = answer.content.decode()
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])
    main = re.sub(r"\b(Tradewind|[A-Z]{2,5})\b", " ", main)

    english = set(re.findall(r"\b[A-Z]?[a-z]{3,}\b", main))

    assert not english


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_login_library_says_of_a_weak_password_is_translated(language):
    with override(language), pytest.raises(ValidationError) as refused:
        MinimumLengthValidator(10).validate("short")

    assert "password" not in refused.value.messages[0]


@pytest.mark.django_db
def test_a_chinese_page_is_chinese(client):
    page = client.get("/zh-hans/").content.decode()

    assert 'lang="zh-hans"' in page.lower()
    assert "受保护付款的步骤" in page
    navigation = page[page.index("<header") : page.index("</header>")]
    for english in ("Find work", "Find people", "Log in", "Sign up", "Menu", "Switch between"):
        assert english not in navigation
    for chinese in ("找工作", "登录", "注册"):
        assert chinese in navigation


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["accounts/login/", "accounts/signup/", "accounts/password/reset/"])
def test_pages_of_the_login_library_are_chinese_too(client, path):
    answer = client.get(f"/zh-hans/{path}")
    assert answer.status_code == 200
    page = answer.content.decode()
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])

    assert not set(re.findall(r"\b[A-Z]?[a-z]{3,}\b", main)) - {"Tradewind"}


INLINE = r"(?:\s|</?(?:a|b|bdi|code|em|span|strong|time)\b[^>]*>)*"
GLUED = re.compile(r"\{% translate [^%]*%\}" + INLINE + r"\{\{")


def glued(template: str) -> list[str]:
    """Sentences begun by a `translate` tag and ended by a value: other languages put the value elsewhere."""
    return [" ".join(match.group(0).split()) for match in GLUED.finditer(template)]


def test_a_sentence_with_a_value_is_one_string():
    wrong = {
        f"{path.relative_to(ROOT)}: {sentence}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for sentence in glued(path.read_text(encoding="utf-8"))
    }

    # What only a screen reader says before the stars of a rating is a label, no beginning of a sentence.
    assert wrong == {'templates/cotton/rating.html: {% translate "Rating:" %}</span> <bdi dir="ltr" class="num">{{'}, (
        "write these as one {% blocktranslate %} with the value inside"
    )


@pytest.mark.parametrize(
    ("template", "count"),
    [
        ('<p>{% translate "Until" %} {{ day }}</p>', 1),
        ('<p>{% translate "To" %}\n <bdi dir="ltr">{{ name }}</bdi>.</p>', 1),
        ('<dt>{% translate "Until" %}</dt><dd>{{ day }}</dd>', 0),
        ("{% blocktranslate %}Until {{ day }}{% endblocktranslate %} · {{ place }}", 0),
    ],
)
def test_glued_sentences_are_found(template, count):
    assert len(glued(template)) == count
