"""
Links free text in any language to ids of the taxonomy.

A label is compared in four ways, from the most to the least certain: exact name in its own language or in English;
similar to a name in its own language by character n-grams; similar to an English name; close in meaning by two sentence
encoders. Texts (briefs, CVs) are split into passages, so that each suggestion can show the words it comes from.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from ranking import multilingual_encoder, vectors
from ranking import taxonomy as taxonomies
from ranking.taxonomy import Names, Taxonomy, base_language
from ranking.text import LabelIndex, Matrix, normal, passages

BRIDGE = "en"
# Weights of a passage and of the whole sentence, of words and letters against meaning; chosen on sentences of job
# advertisements.
WHOLE_LETTERS, WHOLE_WORDS, PASSAGE_MEANING, PASSAGE_LETTERS = 0.6, 0.6, 0.5, 0.5
MEANING_BESIDE_NAMES = 0.5
WIDE_MEANING = 2.0  # for a name: the multilingual encoder is worth as much as letters and the quick encoder together
FUZZY_TOP = 5
LIKELY = 500
FUZZY_MIN = 0.3
# weight of a label without an exact name, shared among its likely meanings: nearly as useful as an exact one
GUESSED = 0.9
ROWS_AT_ONCE = 512
BROADLY_MAX = 9_000
"""
The most frequent labels without an exact name that also go through the multilingual encoder (13 ms of a core each).
"""


class Linker:
    """Indexes are built when a language is first used, and kept in memory. English takes about ten seconds."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._indexes: dict[tuple[str, str], LabelIndex] = {}
        self._exact: dict[str, dict[str, dict[int, float]]] = {}
        self._lock = threading.RLock()

    # --- short labels ---------------------------------------------------------------------------------------------

    def exact(self, label: str, language: str | None) -> dict[int, float]:
        """
        Return the skills with exactly this name in the language or else in English, each with its certainty (0 to 1).
        """
        for fromkey in dict.fromkeys([base_language(language), BRIDGE]):
            exact = self._exact_names(fromkey).get(normal(label))
            if exact:
                return exact
        return {}

    def skills_like(self, labels: Sequence[str], language: str | None, *, broadly: bool = True) -> Matrix:
        """
        Return the similarity of each label to each skill, by letters and by meaning: shape (labels, skills), 0 to 2.

        :param broadly: use the multilingual encoder too.
        """
        texts = [normal(label) for label in labels]
        result: Matrix = np.maximum(vectors.encode(texts) @ vectors.skills().T, 0)
        result += self._letters("skill", texts, language)
        if not broadly:
            return result
        broad = multilingual_encoder.encode(texts, base_language(language), "skills") @ multilingual_encoder.skills().T
        result += WIDE_MEANING * np.maximum(broad, 0)
        result /= 2
        return result

    def occupations_like(self, titles: Sequence[str], language: str | None, broad: Matrix) -> Matrix:
        """
        Return the similarity of each title to each occupation: shape (titles, occupations), 0 to 3.

        Letters are used only if there are names in the title's language, because across languages they mislead.

        :param broad: the titles encoded by `multilingual_encoder.encode`, passed in because encoding twice is too slow.
        """
        texts = [normal(title) for title in titles]
        # then there are also names in many languages, which are better than any encoder
        if self.taxonomy.has_relations:
            meaning = vectors.encode(texts) @ vectors.occupations().T
            named: Matrix = MEANING_BESIDE_NAMES * np.maximum(meaning, 0) + self._letters("occupation", texts, language)
            return named
        concepts = vectors.unit(vectors.occupations() + multilingual_encoder.occupation_texts())
        result: Matrix = np.maximum(vectors.encode(texts) @ concepts.T, 0)
        result += np.maximum(broad @ multilingual_encoder.occupations().T, 0)
        if base_language(language) in self.taxonomy.occupation_names:
            result += self._letters("occupation", texts, language)
        return result

    def linked(self, lists: Sequence[Iterable[str]], languages: Sequence[str | None]) -> csr_matrix:
        """
        Link lists of labels to skills: shape (lists, skills), the certainty that each skill is meant.

        A label with an exact name has its full weight, divided among the skills of that name. Any other label is
        divided among
        the most similar skills, by how close their similarity is to the highest.
        """
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        unknown: dict[str | None, dict[str, list[int]]] = {}
        for number, (labels, language) in enumerate(zip(lists, languages, strict=True)):
            for label in labels:
                exact = self.exact(label, language)
                if not exact:
                    unknown.setdefault(language, {}).setdefault(label, []).append(number)
                    continue
                best = max(exact.values())
                meant = [row for row, weight in exact.items() if weight >= best - 0.2]
                rows += [number] * len(meant)
                columns += meant
                values += [exact[row] / len(meant) ** 0.5 for row in meant]
        often = sorted(
            ((len(owners), language, label) for language, some in unknown.items() for label, owners in some.items()),
            key=lambda item: -item[0],
        )
        broadly = {(language, label) for _, language, label in often[:BROADLY_MAX]}
        for language, some in unknown.items():
            ordered = sorted(some, key=lambda label: (language, label) not in broadly)
            most = sum((language, label) in broadly for label in ordered)
            guessed = self._guesses(ordered[:most], language) + self._guesses(ordered[most:], language, broadly=False)
            for label, guesses in zip(ordered, guessed, strict=True):
                for number in some[label]:
                    rows += [number] * len(guesses)
                    columns += [row for row, _ in guesses]
                    values += [weight for _, weight in guesses]
        shape = (len(lists), len(self.taxonomy.skill_keys))
        matrix = csr_matrix((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)
        matrix.data = np.minimum(matrix.data, 1.0)
        return matrix

    def _guesses(
        self, labels: list[str], language: str | None, *, broadly: bool = True
    ) -> list[list[tuple[int, float]]]:
        guesses = []
        for first in range(0, len(labels), ROWS_AT_ONCE):
            for row in self.skills_like(labels[first : first + ROWS_AT_ONCE], language, broadly=broadly) / 2:
                best = np.argpartition(-row, FUZZY_TOP)[:FUZZY_TOP]
                best = best[row[best] >= FUZZY_MIN]
                weights = np.exp((row[best] - row.max()) / 0.05)
                total = float(np.sum(weights)) or 1.0
                guesses.append(
                    [(int(at), GUESSED * float(item) / total) for at, item in zip(best, weights, strict=True)]
                )
        return guesses

    # --- texts ----------------------------------------------------------------------------------------------------

    def skills_in(self, texts: Sequence[str], language: str | None) -> Matrix:
        """
        Return how likely each sentence or short text names each skill: shape (texts, skills), a sum of similarities.
        """
        whole = [normal(text) for text in texts]
        concepts = (vectors.skills() + vectors.skill_names()) / 2
        result: Matrix = np.maximum(vectors.encode(whole) @ concepts.T, 0)
        result += WHOLE_LETTERS * self._letters("skill", whole, language)
        result += WHOLE_WORDS * self._index("skill words", BRIDGE).likeness(whole)
        parts = [[text[start:end] for start, end in passages(text)] or [""] for text in whole]
        distinct = list(dict.fromkeys(part for some in parts for part in some))
        place = {part: number for number, part in enumerate(distinct)}
        encoded = vectors.encode(distinct)
        for number, some in enumerate(parts):
            of = [place[part] for part in some]
            result[number] += PASSAGE_MEANING * np.maximum(encoded[of] @ concepts.T, 0).max(axis=0)
            # Comparing every passage with every label by letters would be slow, so only likely skills are compared.
            likely = np.argpartition(-result[number], LIKELY)[:LIKELY]
            indexes = [self._index("skill", language_row) for language_row in self._languages("skill", language)]
            result[number, likely] += PASSAGE_LETTERS * np.maximum.reduce(
                [index.best_likeness(some, likely) for index in indexes]
            )
        return result

    # --- indexes --------------------------------------------------------------------------------------------------

    def _letters(self, kind: str, texts: Sequence[str], language: str | None) -> Matrix:
        looks = [self._index(kind, language_row).likeness(texts) for language_row in self._languages(kind, language)]
        result: Matrix = np.maximum.reduce(looks)
        return result

    def _languages(self, kind: str, language: str | None) -> list[str]:
        """Return the languages to search: English, and the text's own language if the taxonomy has names in it."""
        own = base_language(language)
        return [BRIDGE, own] if own != BRIDGE and own in self._names(kind) else [BRIDGE]

    def _names(self, kind: str) -> dict[str, Names]:
        return self.taxonomy.occupation_names if kind == "occupation" else self.taxonomy.skill_names

    def _index(self, kind: str, language: str) -> LabelIndex:
        with self._lock:
            kept = self._indexes.get((kind, language))
            if kept is None:
                names = self._names(kind)[language]
                size = len(self.taxonomy.occupation_keys if kind == "occupation" else self.taxonomy.skill_keys)
                weights = names.weights if language != BRIDGE and kind == "skill" else None
                kept = LabelIndex(names.texts, names.rows, size, weights=weights, by_words=kind == "skill words")
                self._indexes[kind, language] = kept
            return kept

    def _exact_names(self, language: str) -> dict[str, dict[int, float]]:
        with self._lock:
            if language not in self._exact:
                names = self.taxonomy.skill_names.get(language)
                self._exact[language] = names.exact() if names else {}
            return self._exact[language]


@lru_cache(maxsize=1)
def shipped() -> Linker:
    """Return the linker over the taxonomy that ships with the product."""
    return Linker(taxonomies.shipped())
