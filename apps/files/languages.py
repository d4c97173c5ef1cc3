"""The language of a text and its spelling. Pure; empty where a reader could not be sure either."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

LETTERS_MIN = 60
CONFIDENCE_MIN = 0.9
SAMPLE_CHARACTERS = 4_000
BRITISH, AMERICAN, SIMPLIFIED, TRADITIONAL = "en-gb", "en-us", "zh-hans", "zh-hant"
SPELLINGS = (BRITISH, AMERICAN, SIMPLIFIED, TRADITIONAL)


# Without dialects and small neighbours, which take confidence from a language that people name in a brief.
_KNOWN = (
    "am", "ar", "az", "bg", "bn", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi",
    "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "km", "kn", "ko", "lo", "lt", "lv", "mk", "ml", "mn", "mr",
    "ms", "my", "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw",
    "ta", "te", "tg", "th", "tl", "tr", "uk", "ur", "uz", "vi", "yo", "zh", "zu",
)  # fmt: skip


def language(sample: str) -> str:
    """The ISO 639-1 code of a text's language; empty for a short text or one that could be several languages."""
    text = sample[:SAMPLE_CHARACTERS]
    if sum(map(str.isalpha, text)) < (LETTERS_MIN if text.isascii() else LETTERS_MIN // 4):
        return ""
    code, confidence = _identifier().classify(text)
    return str(code) if confidence >= CONFIDENCE_MIN else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(set(_KNOWN) & set(identifier.labels)))
    return identifier


# Words that are spelled in one way in Britain and in another one in the United States, in pairs. Words of which one
# spelling is used on both sides (organize, judgement, grey as a name) are left out.
_PAIRS = (
    ("colour", "color"), ("favour", "favor"), ("honour", "honor"), ("labour", "labor"), ("neighbour", "neighbor"),
    ("behaviour", "behavior"), ("flavour", "flavor"), ("harbour", "harbor"), ("humour", "humor"), ("rumour", "rumor"),
    ("centre", "center"), ("metre", "meter"), ("litre", "liter"), ("theatre", "theater"), ("fibre", "fiber"),
    ("calibre", "caliber"), ("travelled", "traveled"), ("travelling", "traveling"), ("traveller", "traveler"),
    ("cancelled", "canceled"), ("cancelling", "canceling"), ("labelled", "labeled"), ("labelling", "labeling"),
    ("modelled", "modeled"), ("modelling", "modeling"), ("jewellery", "jewelry"), ("catalogue", "catalog"),
    ("dialogue", "dialog"), ("analyse", "analyze"), ("analysed", "analyzed"), ("analysing", "analyzing"),
    ("paralyse", "paralyze"), ("defence", "defense"), ("offence", "offense"), ("licence", "license"),
    ("programme", "program"), ("aluminium", "aluminum"), ("tyre", "tire"), ("tyres", "tires"), ("mould", "mold"),
    ("moustache", "mustache"), ("plough", "plow"), ("sceptical", "skeptical"), ("fulfil", "fulfill"),
    ("enrol", "enroll"), ("skilful", "skillful"), ("organise", "organize"), ("organised", "organized"),
    ("organisation", "organization"), ("realise", "realize"), ("realised", "realized"), ("recognise", "recognize"),
    ("recognised", "recognized"), ("optimise", "optimize"), ("optimised", "optimized"), ("customise", "customize"),
    ("customised", "customized"), ("minimise", "minimize"), ("maximise", "maximize"), ("specialise", "specialize"),
    ("specialised", "specialized"), ("summarise", "summarize"), ("prioritise", "prioritize"), ("grey", "gray"),
)  # fmt: skip
_BRITISH_WORDS, _AMERICAN_WORDS = frozenset(pair[0] for pair in _PAIRS), frozenset(pair[1] for pair in _PAIRS)
# "ize" is also Oxford spelling, and these are other words in Britain: they prove nothing.
_NOT_AMERICAN = frozenset(
    word for word in _AMERICAN_WORDS if word.endswith(("ize", "ized", "ization")) and not word.startswith(("a", "pa"))
) | {"program", "license", "dialog", "meter", "tire", "tires", "center"}
_WORD = re.compile(r"[a-z]+")
CLEAR_MAJORITY = 4
"""One spelling counts if it is this many times as frequent as the other."""


def spelling(sample: str, code: str) -> str:
    """
    Which spelling an English or a Chinese text follows: one of `SPELLINGS`. Empty if it shows too little, or both.

    :param code: the text's language.
    """
    if code == "en":
        words = _WORD.findall(sample.lower())
        british = sum(1 for word in words if word in _BRITISH_WORDS)
        american = sum(1 for word in words if word in _AMERICAN_WORDS - _NOT_AMERICAN)
        return _clear((BRITISH, british), (AMERICAN, american), least=2)
    if code == "zh":
        simple, full = _converter("t2s").convert(sample), _converter("s2t").convert(sample)
        traditional = sum(1 for sign, other in zip(sample, simple, strict=False) if sign != other)
        simplified = sum(1 for sign, other in zip(sample, full, strict=False) if sign != other)
        return _clear((SIMPLIFIED, simplified), (TRADITIONAL, traditional), least=5)
    return ""


def _clear(left: tuple[str, int], right: tuple[str, int], *, least: int) -> str:
    (more, many), (_less, few) = (left, right) if left[1] >= right[1] else (right, left)
    return more if many >= least and many >= few * CLEAR_MAJORITY else ""


@cache
def _converter(direction: str) -> Any:
    import opencc

    return opencc.OpenCC(direction)
