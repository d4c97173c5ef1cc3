"""
Similarity through occupations: compares two people or briefs by the occupations they are likely to belong to.

Skills and titles are written in many words and languages; occupations are few and have ids. A list of skills implies a
distribution over occupations (naive Bayes over the skills that ESCO lists for each occupation); a title implies one by
the occupations it names. Two distributions are compared at three levels: the occupation, its ISCO-08 unit group, its
minor group.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from ranking.taxonomy import Taxonomy
from ranking.text import Matrix

# occupation, unit group, minor group: a related occupation counts, the same occupation counts most
LEVEL_WEIGHTS = (1.0, 0.5, 0.2)
NAMED_MAX, NAMED_TEMPERATURE = 10, 0.2
FROM_PROFILE = 0.8  # probability that a person's skill comes from the occupation's profile; the others are arbitrary
NEGLIGIBLE = 1e-4


def named(likeness: Matrix) -> csr_matrix:
    """
    Return the ten most similar occupations of each title, weighted by how close they are to the most similar one.

    :param likeness: titles x occupations.
    """
    size = min(NAMED_MAX, likeness.shape[1])
    best = np.argpartition(-likeness, size - 1, axis=1)[:, :size]
    rows = np.repeat(np.arange(len(likeness)), size)
    values = likeness[rows, best.ravel()]
    highest = np.repeat(likeness.max(axis=1), size)
    weights = np.where(values > 0, np.exp((values - highest) / NAMED_TEMPERATURE), 0.0)
    return csr_matrix((weights.astype(np.float32), (rows, best.ravel())), shape=likeness.shape)


def practised(skills: csr_matrix, taxonomy: Taxonomy) -> csr_matrix:
    """
    Return the occupations that each list of skills implies, by Bayes' rule with equal priors.

    :param skills: people x skills of the taxonomy, the certainty of each; a row without skills gives no occupation.
    """
    profiles = taxonomy.profiles
    ravel = np.asarray((profiles > 0).sum(axis=0)).ravel() + 1.0
    anywhere = ravel / ravel.sum()
    sizes = np.maximum(np.asarray(profiles.sum(axis=1)), 1.0)
    chance = FROM_PROFILE * profiles.toarray() / sizes + (1 - FROM_PROFILE) * anywhere
    evidence = np.asarray(skills @ np.log(chance / anywhere).T)
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    weights[(weights < NEGLIGIBLE) | (np.diff(skills.indptr) == 0)[:, None]] = 0
    return csr_matrix(weights.astype(np.float32))


def likeness(left: csr_matrix, right: csr_matrix, taxonomy: Taxonomy) -> Matrix:
    """Return the weighted cosines at the three levels: shape (left, right), 0 to 1."""
    total = np.zeros((left.shape[0], right.shape[0]), dtype=np.float32)
    for weight, groups in zip(LEVEL_WEIGHTS, (None, taxonomy.units, taxonomy.minors), strict=True):
        item, other = (left, right) if groups is None else (left @ groups, right @ groups)
        total += weight * (unit_rows(item) @ unit_rows(other).T).toarray()
    return (total / sum(LEVEL_WEIGHTS)).astype(np.float32)


def unit_rows(matrix: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(lengths, 1e-9)) @ matrix).tocsr()
