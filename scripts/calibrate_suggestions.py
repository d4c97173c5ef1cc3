"""
Refits the confidence of suggested skills; prints the numbers for `ranking/skill_suggestions.py`.

    python manage.py shell -c "from scripts import calibrate_suggestions as c; c.main()"

The right answers are known without manual labels: every fortieth alternative English name of ESCO, linked by a linker
built without it, and the Chinese and Arabic names of our own skills that refer to an ESCO skill (`core.yaml`). Both
kinds have the same weight. One half of each is fitted; the other half shows how well the confidences hold.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from sklearn.linear_model import LogisticRegression

from ranking import skill_files, skill_suggestions
from ranking.linker import BRIDGE, Linker
from ranking.taxonomy import Names, Taxonomy, shipped
from ranking.text import normal

EVERY = 40


def main() -> None:
    taxonomy, held = without_some(shipped())
    linker = Linker(taxonomy)
    looks, is_right, weights = [], [], []
    for language, cases in {BRIDGE: held, **own_names(taxonomy)}.items():
        cases = [(text, row) for text, row in cases if not linker.exact(text, language)]
        if not cases:
            continue
        best, seen = skill_suggestions.looks(linker, [text for text, _ in cases], language)
        right = np.array([row == result for (_, row), result in zip(cases, best, strict=True)])
        print(f"{language}: {len(cases)} names, {right.mean():.3f} right")
        looks.append(seen)
        is_right.append(right)
        weights.append(np.full(len(cases), (2 if language == BRIDGE else 1) / len(cases)))
    every, right, weight = np.vstack(looks), np.concatenate(is_right), np.concatenate(weights)
    fitted = np.arange(len(every)) % 2 == 0
    model = LogisticRegression(C=100, max_iter=1000)
    model.fit(every[fitted], right[fitted], sample_weight=weight[fitted] * fitted.sum() / weight[fitted].sum())
    print("CONFIDENCE =", tuple(round(float(item), 2) for item in model.coef_[0]))
    print("CONFIDENCE_AT_ZERO =", round(float(model.intercept_[0]), 2))
    confidence = model.predict_proba(every[~fitted])[:, 1]
    for low in np.arange(0, 1, 0.1):
        there = (confidence >= low) & (confidence < low + 0.1)
        if there.any():
            print(f"told {low:.1f} to {low + 0.1:.1f}: {right[~fitted][there].mean():.2f} right of {there.sum()}")


def without_some(taxonomy: Taxonomy) -> tuple[Taxonomy, list[tuple[str, int]]]:
    """Return the taxonomy without every fortieth alternative English name, and those names with their skills."""
    bridge_names = taxonomy.skill_names[BRIDGE]
    alternatives = [number for number, weight in enumerate(bridge_names.weights) if weight < 1]
    held = set(alternatives[::EVERY])
    kept = [number for number in range(len(bridge_names.texts)) if number not in held]
    names = Names(
        *(
            [column[number] for number in kept]
            for column in (bridge_names.texts, bridge_names.rows, bridge_names.weights)
        )
    )
    return (
        dataclasses.replace(taxonomy, skill_names={**taxonomy.skill_names, BRIDGE: names}),
        [(bridge_names.texts[number], bridge_names.rows[number]) for number in sorted(held)],
    )


def own_names(taxonomy: Taxonomy) -> dict[str, list[tuple[str, int]]]:
    """Return, by language, the names of our own skills that refer to an ESCO skill, with that skill."""
    place = {skill_files.skill_id(skill_files.SKILL_URI + key): row for row, key in enumerate(taxonomy.skill_keys)}
    by_label = {label: place[skill] for label, skill in skill_files.esco_ids_by_label().items()}
    result: dict[str, list[tuple[str, int]]] = {}
    for skill in skill_files.core_skills():
        row = by_label.get((skill.esco_label or "").lower())
        for label in skill.labels:
            if row is not None and label.language != BRIDGE:
                result.setdefault(label.language.split("-")[0], []).append((normal(label.text), row))
    return result
