"""
Make tracks on which both sides are full texts: CVs of 150 to 600 words against advertisements of 100 to 400 words.

Nobody lists skills and no text has a title. A text is a mixture of sentences: the work of its specialism, of its
occupation, of its sector and of another occupation (an earlier job, a side duty), general words that every occupation
uses, fixed sentences of its side (how CVs and advertisements are usually framed), and words of that person or employer
alone. Each text has its own proportions, and a quarter of the texts say little about their work. The proportions were
chosen once, so that plain TF-IDF ranks well but not perfectly; no ranking method was measured to choose them.

The words are those of ESCO's skill names; occupations are groups of skills, so their vocabularies overlap. The other
languages replace every word by an invented one in their script, so that only words, spacing and inflection differ. Two
words in fifteen are names of products and standards, which are written alike in all languages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from zlib import crc32

from ranking import skill_files

Rows = list[dict[str, Any]]
Answers = dict[str, dict[str, int]]
SECTORS, OCCUPATIONS, SPECIALISMS = 10, 4, 3  # 40 occupations, 120 specialisms
PEOPLE, TASKS, PAST = 400, 80, 300
GRADES = (3, 2, 1)  # the same specialism, the same occupation, the same sector
WORD = re.compile(r"[^\W\d_]{3,}")
HAN = (
    "天地人山水火木金土日月星风云雨雪春夏秋冬东西南北中大小高低长短新旧明方圆和平安心手口目耳足力工车门书文语言行走来去"
)
ARABIC = "بتثجحخدرزسشصضطعغفقكلمنهي"
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "tra", "ble", "cion")
Word = Callable[[str], str]

# name: languages of the people, languages of the tasks
TRACKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "texts_en": (("en",), ("en",)),
    "texts_es": (("es",), ("es",)),
    "texts_ar": (("ar",), ("ar",)),
    "texts_zh": (("zh-hans",), ("zh-hans",)),
    "texts_en_zh": (("en", "zh-hans"), ("en", "zh-hans")),
    "texts_en_es": (("en", "es"), ("en", "es")),
}


def texts(name: str, *, people: int = PEOPLE, tasks: int = TASKS, seed: int = 11) -> tuple[dict[str, Rows], Answers]:
    """Return the files of the track `name` of TRACKS, and the answers: always the same."""
    chance = random.Random(f"{name} {seed}")
    spoken, written = TRACKS[name]
    work = [
        (number % SECTORS, chance.randrange(OCCUPATIONS), chance.randrange(SPECIALISMS)) for number in range(people)
    ]
    requested = [chance.choice(work) for _ in range(tasks)]
    freelancers = [
        {"id": f"f{number}", "skills": {}, "title": "", **_text(chance, of, chance.choice(spoken), "cv", (150, 600))}
        for number, of in enumerate(work)
    ]
    briefs = [
        {"id": f"t{number}", "skills": [], "title": "", **_text(chance, of, chance.choice(written), "ad", (100, 400))}
        for number, of in enumerate(requested)
    ]
    answers = {
        f"t{number}": {f"f{place}": grade for place, other in enumerate(work) if (grade := _grade(of, other))}
        for number, of in enumerate(requested)
    }
    return {"freelancers": freelancers, "tasks": briefs}, answers


def texts_with_history(*, people: int = 300, tasks: int = 60, past: int = PAST) -> tuple[dict[str, Rows], Answers]:
    """
    Return such a track in English where two in five people also have past work. Past tasks are advertisements too.

    Most past work is in a person's own occupation. Who suits a task depends on the occupation alone, not on history.
    """
    files, answers = texts("texts_en", people=people, tasks=tasks, seed=12)
    chance = random.Random(12)
    experienced = chance.sample(range(people), 2 * people // 5)
    work = random.Random("texts_en 12")
    of = [(number % SECTORS, work.randrange(OCCUPATIONS), work.randrange(SPECIALISMS)) for number in range(people)]
    history: dict[int, Rows] = {number: [] for number in range(people)}
    briefs = []
    for at in range(past):
        who = chance.choice(experienced)
        requested = of[who] if chance.random() < 0.8 else of[chance.randrange(people)]
        briefs.append(
            {"id": f"q{at}", "t": at, "skills": [], "title": "", **_text(chance, requested, "en", "ad", (100, 400))}
        )
        history[who].append({"task": f"q{at}", "score": chance.randrange(1, 6), "accepted": 1, "t": at})
    rows = [row | {"history": history[number]} for number, row in enumerate(files["freelancers"])]
    late = [row | {"t": past + number} for number, row in enumerate(files["tasks"])]
    return {"freelancers": rows, "tasks": late, "past_tasks": briefs}, answers


def _grade(task: tuple[int, int, int], person: tuple[int, int, int]) -> int:
    alike = 0
    while alike < 3 and task[alike] == person[alike]:
        alike += 1
    return GRADES[3 - alike] if alike else 0


def _text(
    chance: random.Random, of: tuple[int, int, int], language: str, side: str, size: tuple[int, int]
) -> dict[str, str]:
    sector, occupation, specialism = of
    own = _vocabulary()[sector][occupation]
    length = chance.randint(*size)
    about_work = chance.uniform(0.15, 0.3) if chance.random() < 0.25 else chance.uniform(0.35, 0.75)
    other = _vocabulary()[chance.randrange(SECTORS)][chance.randrange(OCCUPATIONS)]
    alone = [f"{chance.choice(_general())}{chance.choice('abdgklmnrstvz')}{chance.choice('aeiou')}" for _ in range(25)]
    sentences: list[list[str]] = [list(chance.choice(_framing(side))) for _ in range(chance.randint(2, 6))]
    while sum(map(len, sentences)) < length:
        draw = chance.random()
        if draw < about_work * 0.35:
            phrases = own[specialism]
        elif draw < about_work * 0.8:
            phrases = own[chance.randrange(SPECIALISMS)]
        elif draw < about_work:
            phrases = _vocabulary()[sector][chance.randrange(OCCUPATIONS)][chance.randrange(SPECIALISMS)]
        elif draw < about_work + 0.12:
            phrases = other[chance.randrange(SPECIALISMS)]
        else:
            phrases = []
        sentence = [word for phrase in _drawn(chance, phrases) for word in phrase]
        sentence += chance.choices(_general(), _general_weights(), k=chance.randint(2, 8))
        sentence += chance.choices(alone, k=chance.randint(0, 2))
        sentences.append(sentence)
    frame, rest = sentences[:2], sentences[2:]
    chance.shuffle(rest)
    return {"lang": language, "text": _written([*frame, *rest], language, chance)}


def _drawn(chance: random.Random, phrases: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return one or two of the phrases; the first ones are used most."""
    weights = [1 / (place + 2) for place in range(len(phrases))]
    return chance.choices(phrases, weights, k=chance.randint(1, 2)) if phrases else []


def _written(sentences: list[list[str]], language: str, chance: random.Random) -> str:
    if language == "zh-hans":
        return "".join("".join(map(_han, sentence)) + chance.choice("，。。") for sentence in sentences)
    change: Word = {"en": lambda word: _english(word, chance), "es": lambda word: _latin(word, chance),
                    "ar": lambda word: _arabic(word, chance)}[language]  # fmt: skip
    return " ".join(" ".join(map(change, sentence)).capitalize() + "." for sentence in sentences)


def _is_name(word: str) -> bool:
    """Return whether the word is written alike in all languages, like the name of a product or a standard."""
    return crc32(word.encode()) % 15 < 2


def _english(word: str, chance: random.Random) -> str:
    return word + chance.choice(["", "", "", "", "s"]) if not word.endswith("s") and not _is_name(word) else word


def _latin(word: str, chance: random.Random) -> str:
    if _is_name(word):
        return word
    draw = random.Random(f"es {word}")
    return "".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) + chance.choice(["", "", "s", "ado", "ar"])


def _arabic(word: str, chance: random.Random) -> str:
    if _is_name(word):
        return word
    draw = random.Random(f"ar {word}")
    return chance.choice(["", "", "ال", "و"]) + "".join(draw.choices(ARABIC, k=draw.randint(3, 6)))


def _han(word: str) -> str:
    if _is_name(word):
        return word
    draw = random.Random(f"zh {word}")
    return "".join(draw.choices(HAN, k=draw.choice([1, 2, 2, 2, 3])))


@cache
def _groups() -> list[list[tuple[str, ...]]]:
    """The largest groups of ESCO's skills, as phrases of the words of their names."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for _key, _kind, _mark, label, others, group in skill_files.table("esco_skills.tsv.gz"):
        if group:
            names = [label, *others.split("|")[:2]]
            groups.setdefault(group.split()[0], []).extend(
                words for name in names if (words := tuple(WORD.findall(name.lower())))
            )
    size = sorted((name for name in groups if len(groups[name]) >= 30), key=lambda name: (-len(groups[name]), name))
    return [groups[name] for name in sorted(size[: SECTORS * OCCUPATIONS])]


@cache
def _vocabulary() -> list[list[list[list[tuple[str, ...]]]]]:
    """Phrases by sector, occupation and specialism: neighbouring groups of skills share a sector."""
    return [
        [
            [group[part::SPECIALISMS][:20] for part in range(SPECIALISMS)]
            for group in _groups()[sector * OCCUPATIONS : (sector + 1) * OCCUPATIONS]
        ]
        for sector in range(SECTORS)
    ]


@cache
def _general() -> list[str]:
    """Words that texts of every occupation use: the most common ones of all names, then rare ones of any trade."""
    counts: dict[str, int] = {}
    for group in _groups():
        for phrase in group:
            for word in phrase:
                counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:1200]


@cache
def _general_weights() -> list[float]:
    return [1 / (place + 8) for place in range(len(_general()))]


@cache
def _framing(side: str) -> list[list[str]]:
    """Fixed sentences of a side, some used by both, that say nothing about the work."""
    chance = random.Random("framing")
    both, cv, ad = ([chance.choices(_general()[:400], k=chance.randint(8, 20)) for _ in range(12)] for _ in range(3))
    return both + (cv if side == "cv" else ad)
