"""
What an acceptance criterion asks for, where its words say it so that a program can check it: "PDF under 8 MB", "at
least 500 words", "1200 x 800 px", "不少于 500 字", "3 ملفات". English, Chinese and Arabic. Pure.

A clause that could mean something else gives nothing: a wrong "not met" costs more than a missing check.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from babel import Locale

TYPE, SIZE, WIDTH, HEIGHT, PAGES, WORDS, FILES = "type", "size", "width", "height", "pages", "words", "files"
LANGUAGE, SPELLING = "language", "spelling"
TEXT_CHARACTERS_MAX = 400
NUMBER_MAX = 10**9


@dataclass(frozen=True, slots=True)
class Requirement:
    """
    One checkable part of a criterion.

    :param low, high: the bounds, both included; for a size in units of `unit` bytes. None if there is no bound.
    :param is_rough: a number without "at least", "at most" or "exactly": what is found is shown and not judged.
    :param names: file types, languages or spellings; `is_any` if one of them is enough.
    :param of_types: the file types that the criterion is about; empty for all.
    """

    kind: str
    low: int | None = None
    high: int | None = None
    unit: str = ""
    is_rough: bool = False
    names: tuple[str, ...] = ()
    is_any: bool = False
    of_types: tuple[str, ...] = field(default=())


def requirements(criterion: str) -> list[Requirement]:
    """What the criterion asks for that can be checked; empty if nothing."""
    text = _plain(criterion[:TEXT_CHARACTERS_MAX])
    types = _types(text)
    named = types.names if types else ()
    result = [types] if types else []
    result += _sizes(text, named)
    result += _dimensions(text, named)
    for kind, units in ((PAGES, _PAGE_UNITS), (WORDS, _WORD_UNITS)):
        result += _counts(text, kind, units, named)
    result += _counts(text, FILES, _FILE_UNITS, ())
    result += _languages(text)
    result += _spellings(text)
    return result


def _plain(text: str) -> str:
    """Compatibility forms (full-width digits) folded, Arabic digits as ASCII, no direction marks and vowel signs."""
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[\u064b-\u0652\u0640\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]", "", folded)
    digits = {ord(sign): str(unicodedata.digit(sign)) for sign in set(folded) if unicodedata.category(sign) == "Nd"}
    return re.sub(r"\s+", " ", folded.translate(digits | {ord("×"): "x", ord("٬"): ",", ord("٫"): "."})).lower().strip()


# -- numbers and what is said beside them

_NUMBER = r"(?P<n>[0-9][0-9., ]{0,12}[0-9]|[0-9])"
_RANGE = r"(?:(?:from |between |من |بين )?(?P<from>[0-9][0-9,.]{0,10})\s?(?:-|–|—|~|to|and|至|到|إلى|الى|و)\s?)?"
# The longer phrases come first: "不少于" (at least) contains "少于" (less than).
_BEFORE = (
    ("low", ("at least", "minimum of", "a minimum of", "minimum", "min.", "min", "no less than", "not less than",
             "no fewer than", "not fewer than", "≥", ">=", "至少", "不少于", "不小于", "不低于", "最少", "最低",
             "على الأقل", "لا يقل عن", "لا تقل عن", "لا يقل عددها عن", "بحد أدنى", "ما لا يقل عن")),
    ("high", ("at most", "no more than", "not more than", "maximum of", "a maximum of", "maximum", "max.", "max",
              "up to", "not exceed", "not exceeding", "no larger than", "not larger than", "within", "≤", "<=",
              "不超过", "不大于", "不多于", "不高于", "最多", "至多", "最大", "لا يتجاوز", "لا تتجاوز", "لا يزيد عن",
              "لا تزيد عن", "لا يزيد على", "لا تزيد على", "بحد أقصى", "لا أكثر من", "ما لا يزيد عن")),
    ("above", ("more than", "over", "above", "larger than", "超过", "大于", "多于", "高于", "أكثر من", "أكبر من")),
    ("below", ("under", "below", "less than", "fewer than", "smaller than", "小于", "少于", "低于", "أقل من",
               "أصغر من")),
    ("exactly", ("exactly", "正好", "恰好", "بالضبط")),
    ("about", ("about", "around", "approximately", "approx.", "approx", "roughly", "circa", "ca.", "约", "大约", "大概",
               "حوالي", "نحو", "تقريبا")),
)  # fmt: skip
_AFTER = (
    ("low", ("or more", "or larger", "at least", "minimum", "min", "以上", "على الأقل", "كحد أدنى", "أو أكثر")),
    ("high", ("or less", "or fewer", "or smaller", "at most", "maximum", "max", "以内", "之内", "以下", "كحد أقصى",
              "أو أقل", "على الأكثر")),
    ("about", ("左右", "تقريبا", "or so")),
)  # fmt: skip
# "5 pages per day", "2 files each": not a property of the work as a whole.
_SHARE = re.compile(r"\s?(?:per\b|each\b|a day|a week|/ ?[a-z\u4e00-\u9fff]|每|لكل|في اليوم)")
_EACH = re.compile(r"(?:per|each|every|每|كل|لكل)\s?\S{0,6}\s?$")
# "All 12 pages are translated": those of the original.
_GIVEN = re.compile(r"(?:\ball|\bthe|\bthese|\byour|\bour|\bof|所有|全部|这|原文|جميع|كل|هذه)\s?$")


def _meaning(
    text: str, match: re.Match[str], *, is_exact: bool, is_range: bool = False, is_count: bool = False
) -> str | None:
    """
    What the words around a number make of it: low, high, above, below, exactly, about, range. None if it is a share.

    :param is_exact: whether a bare number means exactly that many.
    """
    before, after = text[: match.start()].rstrip(" :("), text[match.end() :].lstrip(" ,(")
    if is_count and (_SHARE.match(text[match.end() :]) or _EACH.search(before[-14:])):
        return None
    if is_range:
        return "range"
    for meaning, phrases in _AFTER:
        if after.startswith(phrases):
            return meaning
    meanings = [(len(phrase), meaning) for meaning, phrases in _BEFORE for phrase in phrases if _ends(before, phrase)]
    if meanings:
        return max(meanings)[1]
    return "exactly" if is_exact and not _GIVEN.search(before) else "about"


def _ends(before: str, phrase: str) -> bool:
    if not before.endswith(phrase):
        return False
    edge = before[: -len(phrase)][-1:]
    return not (phrase[0].isascii() and phrase[0].isalpha() and edge.isascii() and edge.isalnum())


def _whole(text: str) -> int | None:
    """A count: "1,200", "1.200" and "1 200" are twelve hundred."""
    plain = text.strip(" .,")
    if re.fullmatch(r"[0-9]{1,3}(?:[., ][0-9]{3})+", plain):
        plain = re.sub(r"[., ]", "", plain)
    return int(plain) if plain.isdigit() and int(plain) <= NUMBER_MAX else None


def _interval(meaning: str, value: int, first: int | None) -> tuple[int | None, int | None, bool]:
    return {
        "low": (value, None, False),
        "above": (value + 1, None, False),
        "high": (None, value, False),
        "below": (None, value - 1, False),
        "range": (first, value, False),
        "exactly": (value, value, False),
        "about": (value, value, True),
    }[meaning]


# -- counts: pages, words, files

_PAGE_UNITS = r"(?:pages?\b|pp\b|页|頁|صفحات|صفحة)"
_WORD_UNITS = r"(?:words?\b|个字|字(?!体|幕|段|符|母)|个单词|单词|كلمات|كلمة)"
_FILE_UNITS = (
    r"(?:(?:separate |[a-z]{2,4} )?files?\b(?! size)|个(?:[a-z]{2,4} ?)?文件|份(?:[a-z]{2,4} ?)?文件|ملفات|ملفا|ملف)"
)
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
    "ثلاثة": 3, "ثلاث": 3, "أربعة": 4, "أربع": 4, "خمسة": 5, "خمس": 5, "ستة": 6, "ست": 6, "سبعة": 7, "سبع": 7,
    "ثمانية": 8, "ثماني": 8, "تسعة": 9, "تسع": 9, "عشرة": 10, "عشر": 10,
}  # fmt: skip
_NUMERAL = re.compile(
    rf"(?<![\w])(?P<n>{'|'.join(sorted(_NUMERALS, key=len, reverse=True))}) ?(?=(?P<unit>{_FILE_UNITS}|{_PAGE_UNITS}))"
)
_DUAL = {FILES: ("ملفان", "ملفين"), PAGES: ("صفحتان", "صفحتين")}


def _counts(text: str, kind: str, units: str, types: tuple[str, ...]) -> Iterator[Requirement]:
    # "one file" and "a page" name the work rather than count it.
    spelled = _NUMERAL.sub(lambda match: str(_NUMERALS[match["n"]]) if _NUMERALS[match["n"]] > 1 else match[0], text)
    for dual in _DUAL.get(kind, ()):
        spelled = spelled.replace(dual, f"2 {'ملفات' if kind == FILES else 'صفحات'}")
    for match in re.finditer(rf"(?<![a-z0-9.,-]){_RANGE}{_NUMBER}\s?\+?\s?{units}", spelled):
        first, value = _whole(match["from"] or ""), _whole(match["n"])
        if value is None or (match["from"] and (first is None or first > value)) or (kind == FILES and value == 0):
            continue
        meaning = _meaning(spelled, match, is_exact=kind != WORDS, is_range=first is not None, is_count=True)
        if meaning is None:
            continue
        if "+" in match[0]:
            meaning = "low"
        low, high, is_rough = _interval(meaning, value, first)
        yield Requirement(kind, low, high, is_rough=is_rough, of_types=types)


# -- sizes

_UNITS = {
    "kb": r"(?:kb|kib|kilobytes?|كيلوبايت|كيلو بايت)",
    "mb": r"(?:mb|mib|megabytes?|兆字节|兆|ميغابايت|ميجابايت|ميغا بايت|ميجا بايت)",
    "gb": r"(?:gb|gib|gigabytes?|غيغابايت|جيجابايت|غيغا بايت)",
}
UNIT_BYTES = {"kb": (10**3, 2**10), "mb": (10**6, 2**20), "gb": (10**9, 2**30)}
"""What a unit can mean: decimal or binary. A file between the two is not judged."""
_TENTHS = 10
_LOOSE = {"above": "low", "below": "high"}


def _sizes(text: str, types: tuple[str, ...]) -> Iterator[Requirement]:
    for unit, names in _UNITS.items():
        for match in re.finditer(rf"(?<![a-z0-9.,])(?P<n>[0-9]{{1,4}}(?:[.,][0-9])?)\s?-?{names}(?![a-z])", text):
            tenths = round(float(match["n"].replace(",", ".")) * _TENTHS)
            meaning = _meaning(text, match, is_exact=False)
            if meaning in (None, "exactly") or not tenths:
                continue
            low, high, is_rough = _interval(_LOOSE.get(str(meaning), str(meaning)), tenths, None)
            yield Requirement(SIZE, low, high, unit=unit, is_rough=is_rough, of_types=types)


# -- dimensions

_PIXELS = r"(?:px|pixels?|像素|بكسل|بيكسل)"
_SIDE = r"[0-9][0-9,]{1,5}"
_SIDES = re.compile(rf"(?<![a-z0-9.,])(?P<w>{_SIDE})\s?[x*]\s?(?P<h>{_SIDE})\s?{_PIXELS}(?![a-z])")
_ONE_SIDE = re.compile(rf"(?<![a-z0-9.,*])(?P<n>{_SIDE})\s?{_PIXELS}(?![a-z])")
# The size of a screen on which the work is seen, not of a picture.
_SCREEN = re.compile(r"screen|phone|device|viewport|browser|monitor|tablet|屏|手机|浏览器|设备|شاشة|هاتف|متصفح|جهاز")
_WIDE, _HIGH = re.compile(r"\b(?:wide|width)\b|宽|عرض"), re.compile(r"\b(?:high|tall|height)\b|高|ارتفاع")


def _dimensions(text: str, types: tuple[str, ...]) -> Iterator[Requirement]:
    if _SCREEN.search(text):
        return
    for match in _SIDES.finditer(text):
        width, height = _whole(match["w"]), _whole(match["h"])
        if width is None or height is None:
            continue
        meaning = _meaning(text, match, is_exact=True)
        if meaning is not None:
            for kind, value in ((WIDTH, width), (HEIGHT, height)):
                low, high, is_rough = _interval(meaning, value, None)
                yield Requirement(kind, low, high, is_rough=is_rough, of_types=types)
        return
    sides = list(_ONE_SIDE.finditer(text))
    named = [kind for kind, words in ((WIDTH, _WIDE), (HEIGHT, _HIGH)) if words.search(text)]
    if len(sides) == 1 and len(named) == 1:
        pixels, meaning = _whole(sides[0]["n"]), _meaning(text, sides[0], is_exact=True)
        if pixels is not None and meaning is not None:
            low, high, is_rough = _interval(meaning, pixels, None)
            yield Requirement(named[0], low, high, is_rough=is_rough, of_types=types)


# -- file types

_TYPE_WORDS = {
    "pdf": r"\.?pdfs?", "docx": r"\.?docx|word (?:file|document)s?|word ?文[档件]|ملف وورد", "xlsx": r"\.?xlsx|excel",
    "pptx": r"\.?pptx|powerpoint", "odt": r"\.?odt", "png": r"\.?pngs?", "jpg": r"\.?jpe?gs?", "webp": r"\.?webp",
    "gif": r"\.?gifs?", "svg": r"\.?svgs?", "ai": r"\.ai", "eps": r"\.?eps", "psd": r"\.?psds?", "mp4": r"\.?mp4s?",
    "webm": r"\.?webm", "mp3": r"\.?mp3s?", "wav": r"\.?wavs?", "txt": r"\.?txt", "md": r"\.md|markdown",
    "csv": r"\.?csv", "srt": r"\.?srt", "vtt": r"\.?vtt", "indd": r"\.?indd|\.?idml", "zip": r"\.?zip",
}  # fmt: skip
_TYPE = re.compile(
    "|".join(rf"(?P<{name}>(?<![a-z0-9.])(?:{words})(?![a-z0-9]))" for name, words in _TYPE_WORDS.items())
)
# "Translate the PDF" is about what the freelancer got, "no PDF" about what nobody wants.
_NOT_HANDED_IN = re.compile(
    r"(?:\b(?:the|this|that|these|your|our|attached|original|source|from|every|supplied|provided|no|not|without|"
    r"instead of|rather than|than|don't use)\s?|不要|不是|不接受|而非|附件|原始|原|根据|来自|所附|该|"
    r"بدون|ليس|لا|غير|من ملف|المرفق|الأصلي)\s?$"
)
_LINKED = re.compile(r"^(?: ?(?:files?|version|format|documents?|文件|格式|版))* ?(?:or|或者|或|أو|/|\|) ?")


def _types(text: str) -> Requirement | None:
    matches = list(_TYPE.finditer(text))
    if not matches or any(_NOT_HANDED_IN.search(text[: match.start()]) for match in matches):
        return None
    names = tuple(dict.fromkeys(str(match.lastgroup) for match in matches))
    gaps = [text[left.end() : right.start()] for left, right in pairwise(matches)]
    is_any = any(_LINKED.match(gap) or re.search(r"\bor\b|或|أو", gap) for gap in gaps)
    return Requirement(TYPE, names=names, is_any=is_any)


# -- languages and spellings

_CODES = ("en", "zh", "ar", "es", "pt", "fr", "de", "hi", "bn", "ru", "uk", "id", "ja", "ko", "tr", "vi", "ur", "it",
          "pl", "nl", "th", "sw", "sv", "da", "el", "he", "cs", "hu", "ro", "fa")  # fmt: skip


@cache
def _language_words() -> tuple[dict[str, str], ...]:
    """The languages' names in English, Chinese and Arabic, each with its code."""
    locales = [Locale.parse(name) for name in ("en", "zh", "ar")]
    return tuple({str(locale.languages[code]).lower(): code for code in _CODES} for locale in locales)


@cache
def _language_patterns() -> tuple[tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...]:
    """For English, Chinese, Arabic: the language to write in, the one that is translated, and any mention."""
    english, chinese, arabic = ("|".join(map(re.escape, names)) for names in _language_words())
    return (
        (
            re.compile(rf"\b(?:in|into|to) (?:\w+ )?({english})\b"),
            re.compile(rf"\bfrom (?:the )?(?:{english})\b"),
            re.compile(rf"\b(?:{english})\b"),
        ),
        (
            re.compile(rf"(?:用|以|成|为|使用)(?:简体|繁体)?({chinese})|({chinese})(?:撰写|书写|写成|版)"),
            re.compile(rf"[从由](?:{chinese})"),
            re.compile(chinese),
        ),
        (
            re.compile(rf"(?:باللغة |إلى |الى |باللغه |ب)({arabic})"),
            re.compile(rf"من (?:اللغة )?(?:{arabic})"),
            re.compile(arabic),
        ),
    )


def _languages(text: str) -> Iterator[Requirement]:
    targets: list[str] = []
    mentioned: set[str] = set()
    for (pattern, source, mention), names in zip(_language_patterns(), _language_words(), strict=True):
        rest = source.sub(" ", text)
        targets += [names[str(next(filter(None, match.groups())))] for match in pattern.finditer(rest)]
        mentioned |= {names[match[0]] for match in mention.finditer(rest)}
    if len(set(targets)) == 1 and mentioned == set(targets):
        yield Requirement(LANGUAGE, names=(targets[0],))


_SPELLING_WORDS = {
    "en-gb": re.compile(r"\b(?:british|uk) (?:english|spelling)|\ben-gb\b|英式(?:英语|拼写)|الإنجليزية البريطانية"),
    "en-us": re.compile(r"\b(?:american|us) (?:english|spelling)|\ben-us\b|美式(?:英语|拼写)|الإنجليزية الأمريكية"),
    "zh-hans": re.compile(r"\bsimplified chinese|\bzh-hans\b|简体|الصينية المبسطة"),
    "zh-hant": re.compile(r"\btraditional chinese|\bzh-hant\b|繁体|繁體|الصينية التقليدية"),
}


def _spellings(text: str) -> Iterator[Requirement]:
    codes = [code for code, words in _SPELLING_WORDS.items() if words.search(text)]
    if len(codes) == 1:
        yield Requirement(SPELLING, names=(codes[0],))
