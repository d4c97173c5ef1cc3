"""
Compares lists of skills with each other, for people and briefs of whom only the lists are known.

Three signals: the same skills, rare ones weighted most; skills that occur together in other people's lists; and the
occupations the skills are close to, by the meaning of the occupations' texts. The first is the most certain; the last
gives a result for any two lists in any language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

from ranking import multilingual_encoder, vectors
from ranking.occupations import unit_rows
from ranking.text import Matrix, normal

READ_MAX = 4_000
"""Maximum number of lists used to find skills that occur together; more would add little, at quadratic cost."""
SEEN_FEW = 1.0
"""Smoothing added to a skill's count, so that one joint appearance is not enough."""


def vocabulary(lists: Sequence[Iterable[str]]) -> csr_matrix:
    """Return labels as written, one column per label, so that skills missing from the taxonomy still match."""
    place: dict[str, int] = {}
    entries = [(row, place.setdefault(normal(label), len(place))) for row, item in enumerate(lists) for label in item]
    rows, columns = [row for row, _ in entries], [column for _, column in entries]
    return csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(lists), max(len(place), 1)))


def weighed(left: csr_matrix, right: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
    """Return both with rows of unit length, each skill weighted by its rarity in `right`."""
    ravel = np.asarray((right > 0).sum(axis=0)).ravel()
    rarity = diags(np.log(1 + right.shape[0] / (1 + ravel)).astype(np.float32))
    return unit_rows(left @ rarity), unit_rows(right @ rarity)


def shared(left: csr_matrix, right: csr_matrix) -> Matrix:
    """Return the cosine of the skills both name, rare ones weighted most: shape (left, right), 0 to 1."""
    item, other = weighed(left, right)
    result: Matrix = (item @ other.T).toarray()
    return result


def together(left: csr_matrix, right: csr_matrix) -> Matrix:
    """
    Return the same cosine, with each list expanded by skills that occur together with its own: shape (left, right), 0
    to 1.

    A list y becomes y + yP. P holds the joint appearances of skills in `right`, divided by the geometric mean of how
    often
    the two appear. P is never computed: it is N'N for lists N, so only products of lists with lists are needed.
    """
    item, other = weighed(left, right)
    read = right[np.unique(np.linspace(0, right.shape[0] - 1, min(READ_MAX, right.shape[0])).astype(int))]
    often = np.asarray(read.sum(axis=0)).ravel() + SEEN_FEW
    tocsr = (read @ diags((1 / np.sqrt(often)).astype(np.float32))).tocsr()
    one_known, other_known = (item @ tocsr.T).toarray(), (other @ tocsr.T).toarray()
    between = (tocsr @ tocsr.T).toarray()
    further = 2 * one_known + one_known @ between
    cosine = (item @ other.T).toarray() + further @ other_known.T
    lengths = _lengths(item, one_known, further), _lengths(other, other_known, 2 * other_known + other_known @ between)
    result: Matrix = (cosine / np.maximum(lengths[0][:, None] * lengths[1][None, :], 1e-9)).astype(np.float32)
    return result


def _lengths(lists: csr_matrix, overlap: Matrix, further: Matrix) -> NDArray[np.float32]:
    itself = np.asarray(lists.multiply(lists).sum(axis=1)).ravel()
    lengths: NDArray[np.float32] = np.sqrt(np.maximum(itself + np.einsum("ij,ij->i", further, overlap), 0))
    return lengths


def akin(left: csr_matrix, right: csr_matrix) -> Matrix:
    """
    Return how similar two lists of the taxonomy's skills are in the occupations they are close to: shape (left, right),
    -1 to 1.

    The closeness of a skill to an occupation is the similarity of its name to the occupation's name and text, by both
    encoders, minus the skill's mean over all occupations, divided by its spread.
    """
    item, other = weighed(left, right)
    skills, occupations = _kinship()
    places = [(row @ skills) @ occupations.T for row in (item, other)]
    usual = places[1].mean(axis=0)
    places = [vectors.unit(place - usual) for place in places]
    result: Matrix = places[0] @ places[1].T
    return result


def _kinship() -> tuple[Matrix, Matrix]:
    """Return skills and occupations as rows whose dot products are their closeness."""
    names = vectors.unit(vectors.skills() + vectors.skill_names())
    skills = np.hstack([multilingual_encoder.skills(), names])
    occupations = np.hstack(
        [
            multilingual_encoder.occupations(),
            vectors.unit(vectors.occupations() + multilingual_encoder.occupation_texts()),
        ]
    )
    occupations = occupations - occupations.mean(axis=0)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", skills, np.cov(occupations, rowvar=False), skills, optimize=True))
    return (skills / np.maximum(spread, 1e-6)[:, None]).astype(np.float32), occupations.astype(np.float32)


def beside(left: csr_matrix, right: csr_matrix) -> csr_matrix:
    return hstack([left, right]).tocsr()
