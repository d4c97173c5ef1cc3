import math
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking import formula, scoring

NOW = datetime(2026, 10, 28, 12, tzinfo=UTC)
SKILLS = [uuid.UUID(int=number) for number in range(1, 7)]
A, B, C = SKILLS[:3]
EMPLOYER, FREELANCER = uuid.UUID(int=100), uuid.UUID(int=200)


def task(**fields):
    return scoring.TaskFeatures(
        **{
            "id": uuid.UUID(int=50), "employer_id": EMPLOYER, "employer_country": "DE", "language": "de",
            "skill_ids": (A, B), "budget_minor": 90_000, "utc_hours": frozenset(range(8, 17)),
        }
        | fields
    )  # fmt: skip


def freelancer(**fields):
    return scoring.FreelancerFeatures(
        **{
            "id": FREELANCER, "country": "NG", "skills": {A: 4, B: 4}, "languages": {"de": "native"},
            "usual_price_minor": None, "hourly_minor": 2_000, "active_at": NOW, "utc_hours": frozenset(range(8, 17)),
        }
        | fields
    )  # fmt: skip


def worked(*skills, days=0, accepted=True):
    return scoring.PastWork(skills, NOW - timedelta(days=days), accepted)


def score(the_task=None, the_freelancer=None, rarity=None, related=None):
    return scoring.score(
        the_task or task(), the_freelancer or freelancer(), rarity=rarity or {}, related=related or {}, now=NOW
    )


levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 4), max_size=6)


@given(
    skills=levels,
    requested=st.lists(st.sampled_from(SKILLS), unique=True, max_size=6),
    budget=st.none() | st.integers(1, 10**9),
    price=st.none() | st.integers(1, 10**9),
    hourly=st.none() | st.integers(1, 10**7),
    completed=st.integers(0, 500),
    failed=st.integers(0, 50),
    days=st.none() | st.integers(0, 4000),
    works=st.lists(
        st.builds(
            worked, st.sampled_from(SKILLS), st.sampled_from(SKILLS), days=st.integers(0, 2000), accepted=st.booleans()
        ),
        max_size=5,
    ),
    language=st.sampled_from(["de", "en", "zh-hans"]),
    hours=st.sets(st.integers(0, 23)),
)
def test_parts_sum_to_the_score_and_the_score_keeps_its_range(
    skills, requested, budget, price, hourly, completed, failed, days, works, language, hours
):
    item = freelancer(
        skills=skills, usual_price_minor=price, hourly_minor=hourly, completed=completed, failed=failed, works=tuple(works),
        active_at=None if days is None else NOW - timedelta(days=days), utc_hours=frozenset(hours),
    )  # fmt: skip
    match = score(task(skill_ids=tuple(requested), budget_minor=budget, language=language), item,
                  related={A: {B: 600, C: 300}})  # fmt: skip
    assert math.isclose(sum(match.components.values()), match.score, abs_tol=1e-6)
    assert 0 <= match.score <= 100
    assert all(0 <= value <= 1 for value in match.skill_shares.values())
    in_points = sum(60 * formula.SKILL_SHARES[name] * value for name, value in match.skill_shares.items())
    assert math.isclose(in_points, match.components["skill"], abs_tol=1e-6)
    named = [*match.matched, *match.missing, *(pair[0] for pair in match.related)]
    assert sorted(named) == sorted(requested)


def test_everything_right_comes_near_a_hundred():
    veteran = freelancer(completed=9, works=tuple(worked(A, B, days=nth) for nth in range(9)))
    assert score(the_freelancer=veteran).score > 90


def test_a_newcomer_never_falls_below_what_is_declared():
    """Two thirds of the points for skills that are all declared; half of what evidence could give."""
    match = score(the_freelancer=freelancer(completed=0))
    assert match.skill_shares == {"evidence": 0.5, "coverage": 1.0, "similar": 0.5, "related": 1.0}
    assert match.components["skill"] == pytest.approx(60 * 0.675)


@given(levels, st.integers(0, 2000), st.booleans(), st.lists(st.sampled_from(SKILLS), min_size=1, unique=True))
def test_work_never_lowers_the_points_for_skill(skills, days, accepted, done):
    before = score(the_freelancer=freelancer(skills=skills))
    after = score(the_freelancer=freelancer(skills=skills, works=(worked(*done, days=days, accepted=accepted),)))
    assert after.components["skill"] >= before.components["skill"] - 1e-9


def test_evidence_says_how_many_how_many_accepted_and_when_last():
    works = (worked(A, B, days=40), worked(A, B, days=12), worked(A, B, days=30, accepted=False), worked(C, days=1))
    match = score(the_freelancer=freelancer(works=works))
    assert (match.similar.count, match.similar.accepted, match.similar.days) == (3, 2, 12)


def test_old_work_fades():
    new, old = (freelancer(skills={}, works=(worked(A, B, days=days),) * 4) for days in (0, 1000))
    assert score(the_freelancer=new).components["skill"] > score(the_freelancer=old).components["skill"] + 10


def test_work_proves_what_is_not_declared():
    match = score(the_freelancer=freelancer(skills={}, works=(worked(A),)))
    assert (match.matched, match.missing) == ((A,), (B,))


def test_a_rare_skill_counts_more_than_a_common_one():
    rare = scoring.idf(1000, 3)
    common = scoring.idf(1000, 800)
    knows_rare = score(the_freelancer=freelancer(skills={A: 3}), rarity={A: rare, B: common})
    knows_common = score(the_freelancer=freelancer(skills={B: 3}), rarity={A: rare, B: common})
    assert knows_rare.score > knows_common.score + 15


def test_a_thick_profile_is_not_punished():
    thin, thick = freelancer(skills={A: 3, B: 3}), freelancer(skills=dict.fromkeys(SKILLS, 3))
    assert score(the_freelancer=thick).score >= score(the_freelancer=thin).score


def test_a_related_skill_helps_but_less_than_the_one_asked_for():
    none = score(the_freelancer=freelancer(skills={A: 4}))
    like = score(the_freelancer=freelancer(skills={A: 4, C: 4}), related={B: {C: 600}})
    own = score()
    assert none.score < like.score < own.score
    assert like.related == ((B, C),)
    assert none.missing == (B,)


def test_completed_contracts_prove_a_skill():
    texts = freelancer(skills={A: 2, B: 2}, completed=3)
    proven = freelancer(skills={A: 2, B: 2}, completed=3, works=(worked(A, B, days=200),) * 3)
    assert score(the_freelancer=proven).score > score(the_freelancer=texts).score


def test_asking_less_than_the_budget_is_no_advantage():
    cheap, fair, dear = (freelancer(usual_price_minor=price) for price in (10_000, 90_000, 180_000))
    assert score(the_freelancer=cheap).score == score(the_freelancer=fair).score > score(the_freelancer=dear).score
    assert score(the_freelancer=dear).pay_reason == "above"


@pytest.mark.parametrize(
    ("language", "languages", "fit", "reason"),
    [
        ("de", {"de": "native"}, 1.0, "shared"),
        ("zh-hans", {"zh": "basic"}, 0.5, "shared"),
        ("de", {"en": "fluent", "ar": "native"}, 0.6, "bridge"),
        ("de", {"ar": "native"}, 0.0, "none"),
        ("de", {}, 0.0, "none"),
    ],
)
def test_the_two_must_be_able_to_talk(language, languages, fit, reason):
    assert scoring.language_fit(language, languages) == (fit, reason)
