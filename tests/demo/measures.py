"""nDCG at 10 (gain 2^grade - 1) and recall at 50, as the public development tracks are measured."""

import json
import math
from pathlib import Path


def measured(run: Path, answers: dict[str, dict[str, int]]) -> tuple[float, float]:
    rankings = {row["task"]: row["ranking"] for row in map(json.loads, run.read_text().splitlines())}
    gained, recalled = [], []
    for task, relevant in answers.items():
        grades = [relevant.get(item, 0) for item in rankings.get(task, [])]
        ideal = sorted(relevant.values(), reverse=True)
        gained.append(_discounted(grades) / _discounted(ideal))
        recalled.append(sum(1 for grade in grades[:50] if grade) / len(relevant))
    return sum(gained) / len(gained), sum(recalled) / len(recalled)


def _discounted(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))
