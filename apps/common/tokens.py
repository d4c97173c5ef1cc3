"""
Search tokens for every script: the tokens of a text for the index, and the tokens of a query.

PostgreSQL's own parsers find nothing in unspaced scripts and have no dictionary for most languages here, so the
application makes the tokens and PostgreSQL stores them (`tsvector`, GIN). Text and query are folded in the same way:
compatibility forms, case, accents of Latin and Greek, the spelling variants of Arabic, Traditional to Simplified Han.
Spaced scripts become words and Snowball stems; Han, Kana and Hangul become bi-grams; Thai, Lao, Khmer and Burmese
become tri-grams.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import opencc
import Stemmer
from anyascii import anyascii
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

TOKEN_CHARACTERS_MAX = 64
PARTS_MAX = 12
"""The most parts of a word whose neighbours are joined: a URL or a path has more, and is not searched for that way."""
POSITION_MAX = 16383  # PostgreSQL's limit of a lexeme's position

# Snowball's algorithms by language, and the languages tried for a query of unknown language.
STEMMERS = {
    "en": "english", "de": "german", "es": "spanish", "fr": "french", "pt": "portuguese", "it": "italian",
    "nl": "dutch", "id": "indonesian", "tr": "turkish", "ru": "russian", "ar": "arabic", "hi": "hindi",
    "sv": "swedish", "ro": "romanian", "pl": "polish",
}  # fmt: skip
QUERY_LATIN = ("en", "de", "es", "fr", "pt", "it", "nl", "pl", "id", "tr")

_ARABIC = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ک": "ك", "ـ": None,
})  # fmt: skip
_LETTERS = str.maketrans(
    {
        "ё": "е",
        "đ": "d",
        "ł": "l",
        "ø": "o",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "þ": "th",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
    }
)
# Apostrophes and characters used for them; NFKC would decompose the acute accent, so they are replaced first.
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u02bb\u02c8\u00b4\u0060\u05f3\uff07", "'"))
# Invisible characters: soft hyphens, zero-width characters, fillers, variation selectors, direction marks. They do not
# separate words.
# Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt: the first and the last of each range.
_UNSEEN_RANGES = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_UNSEEN = frozenset(chr(point) for first, last in _UNSEEN_RANGES for point in range(first, last + 1))
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u05be\ufe63\uff0d", "-"))
_PERSIAN_JOIN = re.compile(r"(?<=[\u0600-\u06ff])\u200c(?=[\u0600-\u06ff])")
"""Persian uses the zero-width non-joiner between the parts of one word, like a hyphen."""
# Devanagari has two spellings for a nasal before a consonant of its class, and optional dots under letters.
_NASAL = re.compile(r"[ङञणनम]\u094d(?=[क-घच-झट-ढत-धप-भ])")
_DEVANAGARI = str.maketrans({"ँ": "ं", "\u093c": None})
_HIRAGANA = {point: point - 0x60 for point in range(0x30A1, 0x30F7)}
"""Katakana to hiragana."""
_GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")
_WORD = re.compile(r"[a-z][+]{2}|[acfj]#|[^\W_]+(?:[’'.\-/][^\W_]+)*", re.UNICODE)
_MARKED = re.compile(r"[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")

# Words without meaning for a search; dropped from a query that has other words.
_FUNCTION_WORDS = (
    "a an and the of for to in on with my is at by or from und der die das den dem ein eine fur mit von im zu "
    "de la el los las un una y en para con le les des du et pour avec dans o os as um uma e em com por "
    "и в на с для из по от في من على الى و عن مع का की के में और से di yang dan untuk dengan ve icin bir"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split(" "))

_local = threading.local()  # Snowball's objects must not be shared between threads


def index_tokens(text: str, language: str | None = None) -> list[str]:
    """
    All index tokens of `text`, in order, with repeats.

    :param language: the language of the text ("zh-hans", "pt-br"); chooses the stemmer.
    """
    result: list[str] = []
    for kind, run in runs(fold(text)):
        if kind == "grams2":
            result += [*run, *_grams(run, 2)]
        elif kind == "grams3":
            result += [*_grams(run, 2), *_grams(run, 3)] if len(run) > 1 else [run]
        else:
            for form in _word_forms(run):
                result += [form, *(stem for stem in _stems(form, _stemmers_of(language, form)) if stem != form)]
    return [token[:TOKEN_CHARACTERS_MAX] for token in result]


def query_tokens(text: str, language: str | None = None) -> list[list[str]]:
    """
    The tokens of a query: groups that must all match, each by any of its tokens.

    Without `language`, every stemmer of the word's script adds an alternative.
    """
    groups: list[list[str]] = []
    spare: list[list[str]] = []  # function words, used only if there is nothing else
    for kind, run in runs(fold(text)):
        if kind != "word":
            groups += [[gram] for gram in grams(run, kind)]
        else:
            forms = word_parts(run)
            # "e-commerce" matches both of its parts, or "ecommerce" in place of each.
            in_one = with_stems("".join(forms), language) if len(forms) > 1 else []
            for form in forms:
                # In a pair even a short word counts: the "e" in "e-commerce" is not the function word "e".
                kept = spare if form in FUNCTION_WORDS and len(forms) != 2 else groups
                kept.append(list(dict.fromkeys([*with_stems(form, language), *in_one])))
    return [[token[:TOKEN_CHARACTERS_MAX] for token in group] for group in groups or spare]


def with_stems(form: str, language: str | None) -> list[str]:
    """A word and its stems: in its language, or without one in every language of its script that has a stemmer."""
    languages = _stemmers_of(language, form) if language else _stemmers_of_script(form)
    return [form, *_stems(form, languages)]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """The normalized spelling of equal words; also the key for comparing labels."""
    plain = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).translate(_HYPHENS)
    folded = _GROUPED.sub(".", plain.casefold().replace("\0", " "))  # PostgreSQL refuses NUL
    if folded.isascii():
        return folded
    folded = _PERSIAN_JOIN.sub("-", folded)
    if any("\u0900" <= character <= "\u097f" for character in folded):
        folded = _NASAL.sub("ं", unicodedata.normalize("NFD", folded).translate(_DEVANAGARI))
    folded = folded.translate(_HIRAGANA)
    if any("\u4e00" <= character <= "\u9fff" for character in folded):
        folded = _simplified(folded)
    return "".join(_bare(folded)).translate(_ARABIC).translate(_LETTERS)


def vector_text(weighted: Mapping[str, Iterable[str]]) -> str:
    """
    A `tsvector` literal of tokens by weight: `{"A": title_tokens, "B": skill_tokens, "C": body_tokens}`.

    Positions are written because PostgreSQL stores weights with them: a lexeme without a position has no weight and no
    rank.
    """
    places: dict[str, list[str]] = {}
    position = 0
    for weight, tokens in weighted.items():
        for token in tokens:
            position = min(position + 1, POSITION_MAX)
            kept = places.setdefault(token, [])
            if len(kept) < 8:
                kept.append(f"{position}{weight}")
    return " ".join(f"{_quoted(token)}:{','.join(kept)}" for token, kept in places.items())


def query_text(groups: Sequence[Sequence[str]], *, any_of: bool = False, titled: Sequence[Sequence[str]] = ()) -> str:
    """
    A `tsquery` literal that matches all groups, or with `any_of` at least one.

    :param titled: for each group, more tokens that match only with the weight A.
    """
    joint = " | " if any_of else " & "
    literals = [[_quoted(token) for token in group] for group in groups]
    for group, more in zip(literals, titled, strict=False):
        group += [f"{_quoted(token)}:A" for token in more]
    return joint.join("(" + " | ".join(group) + ")" for group in literals if group)


def vector(weighted: Mapping[str, Iterable[str]]) -> Cast:
    """For storing: `Task.objects.filter(id=...).update(search_vector=tokens.vector({...}))`."""
    return Cast(Value(vector_text(weighted)), SearchVectorField())


class _Query(SearchQuery):
    """A ready-made tsquery: Django passes anything else to plainto_tsquery, which would parse our tokens again."""

    def __init__(self, literal: str) -> None:
        super().__init__(literal)
        self.literal = literal

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, function: Any = None, template: Any = None
    ) -> tuple[str, list[str]]:
        return "%s::tsquery", [self.literal]


def query(
    groups: Sequence[Sequence[str]], *, any_of: bool = False, titled: Sequence[Sequence[str]] = ()
) -> SearchQuery:
    """For filtering: `.filter(search_vector=tokens.query(groups))` matches with @@; also for `SearchRank`."""
    return ready_query(query_text(groups, any_of=any_of, titled=titled))


def ready_query(text: str) -> SearchQuery:
    """For filtering with the result of `query_text`."""
    return _Query(text)


RANK_STEP = 1_000_000
RANK_WEIGHTS = (0.1, 0.1, 0.4, 1.0)
"""Of the weights D, C, B and A."""


def rank(every: Sequence[Sequence[str]], exact: Sequence[Sequence[str]], titled: Sequence[Sequence[str]]) -> Combinable:
    """
    The relevance of a row with a `search_vector`, an integer: first those that match every exact or titled group, then
    those that match one exact group; in each step by how many tokens match and with which weight.

    :param every: groups that count, whether or not all of them match.
    """
    by_weight = SearchRank(F("search_vector"), query(every, any_of=True), weights=list(RANK_WEIGHTS))
    points = Cast(by_weight * Value(1_000_000.0), IntegerField())
    steps = []
    if any(exact) or any(titled):
        steps.append(When(search_vector=query(exact, titled=titled), then=Value(2 * RANK_STEP)))
    if any(exact):
        steps.append(When(search_vector=query(exact, any_of=True), then=Value(RANK_STEP)))
    return points + Case(*steps, default=Value(0), output_field=IntegerField()) if steps else points


# --- folding ------------------------------------------------------------------------------------------------------


class _SimplifiedHan(dict[int, str]):
    """Traditional to Simplified, one character at a time, so that text and query are folded alike in any context."""

    def __init__(self) -> None:
        self._converter = opencc.OpenCC("t2s")

    def __missing__(self, point: int) -> str:
        character = chr(point)
        self[point] = self._converter.convert(character) if _HAN.match(character) else character
        return self[point]


_HAN = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SIMPLIFIED_HAN = _SimplifiedHan()
_LATIN_OF_ARABIC = str.maketrans({"ا": "a", "ة": "t"})


def _simplified(text: str) -> str:
    return text.translate(_SIMPLIFIED_HAN)


def to_latin(text: str) -> str:
    """The text in plain Latin letters, by pronunciation for other scripts: 北京 -> bei jing."""
    # anyascii omits the alef, and joins the syllables of Han characters, each with a capital letter.
    spaced = _HAN.sub(lambda han: f" {anyascii(han[0]).lower()} ", text.translate(_LATIN_OF_ARABIC))
    return re.sub(r" {2,}", " ", anyascii(spaced)).strip()


_ACCENTED = (("\u00c0", "\u024f"), ("\u0370", "\u03ff"), ("\u1e00", "\u1fff"))
"""Ranges of Latin and Greek letters with accents."""


def _bare(text: str) -> Iterator[str]:
    """
    Removes accents, Arabic and Hebrew vowel points and invisible characters; keeps the signs that belong to the
    spelling of Devanagari, Thai and similar scripts. Digits of every script become ASCII digits.
    """
    for character in text:
        if character in _UNSEEN:
            continue
        if character.isdecimal():
            yield str(unicodedata.decimal(character))
        elif any(first <= character <= last for first, last in _ACCENTED):
            yield from (part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part))
        elif ("\u0300" <= character <= "\u036f" or "\u064b" <= character <= "\u065f" or character == "\u0670") or (
            "\u0591" <= character <= "\u05c7" and unicodedata.combining(character)
        ):
            continue
        else:
            yield character


# --- cutting ------------------------------------------------------------------------------------------------------


def _kind(character: str) -> str:
    point = ord(character)
    if point < 0x0E00:
        return "word"
    if 0x0E00 <= point <= 0x0EFF or 0x1000 <= point <= 0x109F or 0x1780 <= point <= 0x17FF:
        return "grams3"
    if (
        0x3040 <= point <= 0x30FF
        or 0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point < 0x32000
    ):
        return "grams2"
    if 0xAC00 <= point <= 0xD7AF or 0x1100 <= point <= 0x11FF:
        return "grams2"
    return "word"


def runs(text: str) -> Iterator[tuple[str, str]]:
    """
    Runs of one kind of script in a folded text, as (kind, run): "word", with its inner punctuation ("node.js"), or
    "grams2" and "grams3" for scripts without spaces, which are searched by pairs and by runs of three characters.
    """
    spaced: list[str] = []
    run, kind = "", ""
    for character in text:
        own = _kind(character)
        if own != "word" and not (character.isalnum() or unicodedata.category(character).startswith("M")):
            own = "word"  # for example CJK punctuation: it ends a run
            character = " "
        if own == "word":
            if run:
                yield kind, run
                run = ""
            spaced.append(character)
            continue
        if spaced:
            yield from _words("".join(spaced))
            spaced = []
        if run and own != kind:
            yield kind, run
            run = ""
        run, kind = run + character, own
    if run:
        yield kind, run
    if spaced:
        yield from _words("".join(spaced))


def _words(text: str) -> Iterator[tuple[str, str]]:
    if _MARKED.search(text):  # \w does not match combining vowel signs
        for word in _marked_words(text):
            yield "word", word
        return
    for match in _WORD.finditer(text):
        yield "word", match[0]


def _marked_words(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if character.isalnum() or unicodedata.category(character) in ("Mn", "Mc"):
            word += character
        elif word:
            yield word
            word = ""
    if word:
        yield word


def grams(run: str, kind: str) -> list[str]:
    """What a query in a script without spaces must contain: pairs ("grams2") or threes ("grams3"); all if shorter."""
    return _grams(run, min(2 if kind == "grams2" else 3, len(run)))


def _grams(run: str, size: int) -> list[str]:
    return [run[at : at + size] for at in range(len(run) - size + 1)]


def _word_forms(word: str) -> list[str]:
    """
    The forms of a word with inner punctuation: its parts, joined neighbours, and all parts joined: "e", "mail",
    "marketing", "email", "mailmarketing", "emailmarketing".
    """
    parts = [part for part in re.split(r"[’'.\-/]", word) if part]
    pairs = ["".join(parts[at : at + 2]) for at in range(len(parts) - 1)] if len(parts) <= PARTS_MAX else []
    whole = ["".join(parts)] if len(parts) > 2 else []
    return [_without_article(form) for form in (*parts, *pairs, *whole)]


def word_parts(word: str) -> list[str]:
    """The parts of a word with inner punctuation, each without an Arabic article: "e-mail" -> "e", "mail"."""
    return [_without_article(part) for part in re.split(r"[’'.\-/]", word) if part]


def _without_article(word: str) -> str:
    if "\u0600" <= word[0] <= "\u06ff":
        for article in _ARTICLES:
            if word.startswith(article) and len(word) - len(article) >= 3:
                return word[len(article) :]
    return word


# --- stemming -----------------------------------------------------------------------------------------------------


def _stems(word: str, languages: Iterable[str]) -> list[str]:
    if not word.isalpha() and not _MARKED.match(word):
        return []
    return [fold(_stemmer(language).stemWord(word)) for language in languages]


def _stemmer(language: str) -> Stemmer.Stemmer:
    kept: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if language not in kept:
        kept[language] = Stemmer.Stemmer(STEMMERS[language])
    return kept[language]


def _stemmers_of(language: str | None, word: str) -> tuple[str, ...]:
    base = (language or "").lower().split("-")[0]
    if base in STEMMERS:
        return (base,) if word.isascii() is False or base not in ("ru", "ar", "hi") else ("en",)
    return _stemmers_of_script(word)[:1] if not base or base in ("zh", "ja", "ko", "th") else ()


def _stemmers_of_script(word: str) -> tuple[str, ...]:
    first = word[0]
    if first < "\u0250":
        return QUERY_LATIN
    if "\u0400" <= first <= "\u04ff":
        return ("ru",)
    if "\u0600" <= first <= "\u06ff":
        return ("ar",)
    return ("hi",) if "\u0900" <= first <= "\u097f" else ()


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
