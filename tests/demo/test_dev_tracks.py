"""
The public development tracks, where a copy lies beside the project or where TRADEWIND_SHARED says: no track may lose
more than one per cent of its nDCG@10 against `dev_scores.json`.

Three tracks of three kinds by default, all nine in `make test-full`; TRADEWIND_WRITE_SCORES=1 keeps new scores.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from tests.demo.measures import measured
from tests.demo.test_match_eval import run

SHARED = Path(os.environ.get("TRADEWIND_SHARED") or Path(__file__).resolve().parents[3] / "shared")
TRACKS = SHARED / "data" / "dev_matching"
KEPT = Path(__file__).with_name("dev_scores.json")
BUDGET = 0.99
OFTEN = {"link_skills", "se_android", "titles_en"}
# The best reference's nDCG@10 and recall@50 is published beside the tracks; the goal is 97 per cent of both.
GOAL = 0.97
# Without ESCO's names in other languages and its relations (scripts/build_linking.py --esco) the others stay below it.
REACHED = {"extract_skills", "link_skills", "se_android", "se_dba", "se_history", "titles_en", "titles_es"}


def references(track):
    existing = json.loads((TRACKS / "baselines.json").read_text())[track]
    best = existing.get("best") or max(existing["other"].values(), key=lambda item: item["ndcg10"])
    return best["ndcg10"], best["recall50"]


@pytest.mark.skipif(not TRACKS.is_dir(), reason="no copy of the public development tracks lies beside the project")
@pytest.mark.parametrize(
    "track",
    [
        pytest.param(load, marks=[] if load in OFTEN else pytest.mark.full)
        for load in sorted(json.loads(KEPT.read_text()))
    ],
)
def test_a_development_track_is_ranked_as_well_as_before(track, tmp_path):
    answers = defaultdict(dict)
    for line in (TRACKS / track / "qrels.tsv").read_text().splitlines():
        task, _, person, grade = line.split("\t")
        answers[task][person] = int(grade)

    run(TRACKS, tmp_path, track)

    gained, recalled = measured(tmp_path / f"{track}.jsonl", answers)
    kept = json.loads(KEPT.read_text())
    if os.environ.get("TRADEWIND_WRITE_SCORES"):
        kept[track] = {"ndcg10": round(gained, 4), "recall50": round(recalled, 4)}
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    print(f"{track}: nDCG@10 {gained:.4f}, recall@50 {recalled:.4f}, references {references(track)}")
    assert gained >= BUDGET * kept[track]["ndcg10"]
    if track in REACHED:
        best_gained, best_recalled = references(track)
        assert gained >= GOAL * best_gained
        assert recalled >= GOAL * best_recalled
