"""
Make the synthetic tracks of tests/demo/tracks again: `python -m tests.demo.make_tracks` (always the same bytes).

`history`: people with a trade or two answer tasks of their trades, the busy ones more, newcomers appear, trades are
written in tags and in words. `skills`: lists of skills of one group each, told by other names in the tasks; a
person suits a task of the same group. Answers are in `answers.json`; only tests read them.
"""

from __future__ import annotations

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "tracks"
TRADES, TAGS, PEOPLE, PAST, TASKS = 12, 6, 150, 500, 100
LANGUAGES = ("en", "de", "sv", "nl")


def main() -> None:
    for name, (files, answers) in {"history": history(), "skills": skills()}.items():
        for file, rows in files.items():
            write(FOLDER / name / f"{file}.jsonl.gz", rows)
        (FOLDER / name / "meta.json").write_text('{"note": "synthetic, made by tests/demo/make_tracks.py"}\n')
        (FOLDER / name / "answers.json").write_text(json.dumps(answers, sort_keys=True) + "\n")


def history() -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, int]]]:
    chance = random.Random(4)
    words = [[f"w{trade}x{number}" for number in range(30)] for trade in range(TRADES)]
    people = [
        {"trades": chance.sample(range(TRADES), chance.choice([1, 1, 2])), "pace": chance.paretovariate(1.2),
         "from": 0 if number < 90 else chance.randrange(PAST + TASKS)}
        for number in range(PEOPLE)
    ]  # fmt: skip
    result: dict[str, list[dict[str, Any]]] = {"freelancers": [], "past_tasks": [], "tasks": []}
    work: list[list[dict[str, Any]]] = [[] for _ in people]
    answers: dict[str, dict[str, int]] = {}
    for at in range(PAST + TASKS):
        trade = chance.randrange(TRADES)
        task = {
            "id": f"q{at}", "t": at, "lang": "en",
            "skills": [f"tag{trade}-{number}" for number in sorted(chance.sample(range(TAGS), 2))],
            "title": " ".join(chance.sample(words[trade], 4)),
            "text": " ".join([*chance.sample(words[trade], 12), *chance.sample(words[chance.randrange(TRADES)], 6)]),
        }  # fmt: skip
        weights = [person["pace"] * (trade in person["trades"]) * (person["from"] <= at) + 0.002 for person in people]
        done = list(dict.fromkeys(chance.choices(range(PEOPLE), weights, k=chance.choice([1, 2, 3]))))
        if at < PAST:
            result["past_tasks"].append(task)
            for place, person in enumerate(done):
                work[person].append(
                    {"task": task["id"], "score": chance.randrange(1, 9), "accepted": int(place == 0), "t": at}
                )
        else:
            result["tasks"].append(task)
            answers[task["id"]] = {f"u{person}": 3 if place == 0 else 2 for place, person in enumerate(done)}
    result["freelancers"] = [{"id": f"u{number}", "skills": {}, "history": work[number]} for number in range(PEOPLE)]
    return result, answers


def skills() -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, int]]]:
    """People list skills of one group of the taxonomy by other names than the tasks do; all names are English ones."""
    from ranking import skill_files

    chance = random.Random(8)
    groups: dict[str, list[tuple[str, str]]] = {}
    for _key, _kind, _mark, label, others, group in skill_files.table("esco_skills.tsv.gz"):
        if others and group:
            groups.setdefault(group.split("|")[0], []).append((label, others.split("|")[0]))
    chosen = chance.sample(sorted(name for name, listed in groups.items() if 12 <= len(listed) <= 60), 60)

    def listed(number: int, size: int, place: int) -> dict[str, Any]:
        group = chosen[number % len(chosen)]
        sample = chance.sample(groups[group], min(size, len(groups[group])))
        return {"lang": chance.choice(LANGUAGES), "skills": [pair[place] for pair in sample], "of": group}

    people = [listed(number, 8, 1) for number in range(300)]
    tasks = [listed(chance.randrange(60), 5, 0) for _ in range(60)]
    answers = {
        f"t{number}": {f"f{place}": 3 for place, item in enumerate(people) if item["of"] == task["of"]}
        for number, task in enumerate(tasks)
    }
    return {
        "freelancers": [
            {"id": f"f{n}", "lang": item["lang"], "title": "", "skills": dict.fromkeys(item["skills"], 1), "text": ""}
            for n, item in enumerate(people)
        ],
        "tasks": [
            {"id": f"t{n}", "lang": item["lang"], "title": "", "skills": item["skills"], "text": ""}
            for n, item in enumerate(tasks)
        ],
    }, answers


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(rows))


def packed(rows: list[dict[str, Any]]) -> bytes:
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as out:
        for row in rows:
            out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
    return content.getvalue()


if __name__ == "__main__":
    main()
