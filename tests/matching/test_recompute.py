"""Anyone can compute their own scores again: the stand-alone script over real exports, and over generated pairs."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from apps.accounts.models import Profile
from apps.matching.models import MatchResult
from apps.matching.operations import candidate_index, matches
from apps.matching.queries import exports
from apps.matching.queries import inputs as input_queries
from apps.skills.models import Skill
from ranking import formula, scoring
from ranking.formula import Weights
from ranking.word_weights import Rarity
from tests.conftest import NOON
from tests.matching.test_stored import NOW, WORDS, likeness, people, tasks

SCRIPT = Path(settings.BASE_DIR) / "scripts" / "recompute_match.py"


EVERY_WORD = Rarity(np.array(sorted(WORDS), np.uint32), np.full(len(WORDS), 2, np.int32), 9)


def run(path: Path) -> subprocess.CompletedProcess[str]:
    """Isolated: neither the project nor its packages can be imported."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def worker(make, outbox_drain):
    """Someone with declared skills, a related one, and accepted work."""
    react, nextjs, redux = (Skill.objects.get(slug=slug).id for slug in ("react", "nextjs", "redux"))
    employer = make.employer("Werk", country="DE")
    freelancer = make.freelancer("Ada")
    profile = Profile.objects.get(organization=freelancer)
    for skill, level in ((react, 2), (redux, 4)):
        profile.skills.create(skill_id=skill, level=level)
    profile.languages.create(language="en", level="fluent")
    make.contract(
        bid=make.bid(task=make.task(employer=employer, skill_ids=(react,)), bidder=freelancer), status="completed"
    )
    for requested in ((react, nextjs), (react,), (nextjs,)):
        make.task(employer=employer, source_language="en", skill_ids=requested)
    return freelancer


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["postgresql", "index"])
def test_the_script_finds_every_score_of_a_real_export(worker, client, monkeypatch, tmp_path, way):
    later = NOON + timedelta(days=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    if way == "index":
        candidate_index.rebuild_candidate_index(now=later)
        for task in input_queries.tasks_to_match(later):
            matches.match_task(task_id=task.id, now=later)
    else:
        matches.match_organization(organization_id=worker.id, now=later)
    client.force_login(worker.memberships.get().user)
    export = tmp_path / "matches.json"
    export.write_bytes(client.get("/en/recommended/export.json").content)

    result = run(export)

    assert result.stdout.strip() == "3 of 3 scores are what the formula gives"
    assert result.returncode == 0
    assert {match["version"] for match in json.loads(export.read_text())["matches"]} == {scoring.RANKER_VERSION}


@pytest.mark.django_db
def test_the_script_says_which_score_is_not_what_the_formula_gives(worker, tmp_path):
    matches.match_organization(organization_id=worker.id, now=NOON)
    taken = exports.match_export(worker.id, NOON)
    taken["matches"][1]["score"] += 0.001
    (tmp_path / "matches.json").write_text(json.dumps(taken))

    result = run(tmp_path / "matches.json")

    assert result.returncode == 1
    assert taken["matches"][1]["task_id"] in result.stdout


@pytest.mark.django_db
def test_an_export_holds_what_its_owner_may_see(worker, make, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    react = Skill.objects.get(slug="react").id
    hidden = make.task(visibility="invited", skill_ids=(react,))
    matches.match_organization(organization_id=worker.id, now=NOON)
    assert MatchResult.objects.filter(task=hidden, organization=worker).exists()

    client.force_login(worker.memberships.get().user)
    taken = client.get("/api/v1/recommended-tasks/export/").json()

    assert str(hidden.id) not in {match["task_id"] for match in taken["matches"]}
    assert len(taken["matches"]) == 3
    stranger = make.freelancer("Bola")
    client.force_login(stranger.memberships.get().user)
    assert client.get("/en/recommended/export.json").json()["matches"] == []
    client.logout()
    assert client.get("/en/recommended/export.json").status_code == 302


@pytest.mark.django_db
def test_the_script_can_be_fetched_by_everybody(client):
    answer = client.get("/en/matching/recompute_match.py")
    assert b"".join(answer.streaming_content) == SCRIPT.read_bytes()
    assert len(SCRIPT.read_text().splitlines()) < 150
    assert "recompute_match.py" in client.get("/en/matching/").content.decode()


@hypothesis(deadline=None, max_examples=150)
@given(people, tasks, likeness, st.sampled_from([formula.DEFAULT_WEIGHTS, Weights(0, 40, 60), Weights(100, 0, 0)]))
def test_the_script_and_the_formula_agree_on_anything(features, task, related, points):
    """The same functions as the script runs, on generated pairs, through JSON."""
    theirs: dict[str, object] = {"__name__": "recompute_match"}
    exec(compile(SCRIPT.read_text(), SCRIPT, "exec"), theirs)  # our own script, which is no module
    for feature in features:
        match = scoring.score(
            task, feature, rarity={}, related=related, now=NOW, weights=points, word_rarity=EVERY_WORD
        )
        inputs = json.loads(json.dumps(match.inputs.as_json()))
        again = theirs["score"](inputs, [points.skill, points.pay, points.growth])  # type: ignore[operator]
        assert again == pytest.approx(match.score, abs=1e-6)
