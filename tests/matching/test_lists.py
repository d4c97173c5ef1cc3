import numpy as np
import pytest
from scipy.sparse import csr_matrix

from ranking import linker as linkers
from ranking import skill_lists


def of(*rows):
    return csr_matrix(np.array(rows, dtype=np.float32))


def test_rare_skills_count_more_than_common_ones():
    people = of([1, 1, 0], [1, 0, 1], [1, 0, 0])

    [scores] = skill_lists.shared(of([1, 1, 0]), people)

    assert scores[0] == pytest.approx(1)
    assert scores[0] > scores[1]


def test_what_stands_together_elsewhere_brings_lists_nearer():
    """Nobody shares a skill with the task; the second has one that stands beside the task's in the third's list."""
    people = of([0, 0, 0, 1], [0, 1, 0, 0], [1, 1, 0, 0])
    task = of([1, 0, 0, 0])

    [alone], [with_others] = skill_lists.shared(task, people), skill_lists.together(task, people)

    assert alone[0] == alone[1] == 0
    assert with_others[2] > with_others[1] > with_others[0] == 0
    assert with_others.max() <= 1.0001


def test_together_is_the_cosine_of_the_lists_with_their_companions():
    """Against the definition: y + yP, with P made in full."""
    random = np.random.default_rng(1)
    people, tasks = ((random.random((size, 12)) < 0.3).astype(np.float32) for size in (9, 4))
    toarrays, other = (matrix.toarray() for matrix in skill_lists.weighed(csr_matrix(tasks), csr_matrix(people)))
    often = 1 / np.sqrt(people.sum(axis=0) + skill_lists.SEEN_FEW)
    companions = often[:, None] * (people.T @ people) * often[None, :]
    toarrays, other = toarrays + toarrays @ companions, other + other @ companions
    lengths = np.linalg.norm(toarrays, axis=1)[:, None] * np.linalg.norm(other, axis=1)[None, :]

    together = skill_lists.together(csr_matrix(tasks), csr_matrix(people))

    assert together == pytest.approx(toarrays @ other.T / np.maximum(lengths, 1e-9), abs=1e-4)


def test_an_empty_list_is_like_nobody():
    assert not skill_lists.together(of([0, 0]), of([1, 0], [0, 1])).any()


def test_lists_of_one_trade_are_akin_in_any_language_though_no_word_is_shared():
    linker = linkers.shipped()
    people = linker.linked(
        [["prepare bread products", "operate oven"], ["draft legal documents", "represent clients in court"]],
        ["en", "en"],
    )
    tasks = linker.linked([["Teig kneten", "Brot und Gebäck herstellen"], ["avtalsrätt", "processrätt"]], ["de", "sv"])

    scores = skill_lists.akin(tasks, people)

    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]
