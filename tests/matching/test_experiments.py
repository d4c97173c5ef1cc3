"""Two orders compared: who sees which is fixed, what came of it has intervals, and staff alone start and stop."""

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Profile
from apps.accounts.operations import profiles
from apps.common.errors import NotFound
from apps.matching import policies
from apps.matching.models import EventKind, Experiment, ListKind, ListSide, MatchImpression
from apps.matching.operations import experiments, impressions, matches
from apps.matching.queries import fairness, recommendations
from apps.moderation.models import AuditEntry
from apps.skills.models import Skill
from ranking.experiments import arm_of, newcombe, wilson
from tests.conftest import NOON

ARMS = [{"name": "present", "share": 50}, {"name": "new", "share": 50, "weights": [10.0, 80.0, 10.0]}]
PLAN = {
    "name": "pay-first", "side": ListSide.PEOPLE, "note": "Do lists ordered by pay lead to more invitations?",
    "arms": ARMS, "guardrails": {"newcomer_share_min": 0.08, "gini_max": 0.8}, "share": 100,
    "ends_at": NOON + timedelta(days=28),
}  # fmt: skip


# --- assignment and intervals


@given(st.uuids(), st.text(min_size=1, max_size=20), st.integers(1, 100))
def test_a_reader_sees_one_arm_for_good(reader, name, share):
    first = arm_of(name, reader, ARMS, share)
    assert arm_of(name, reader, ARMS, share) == first
    if first is not None:  # whoever takes part in a small trial stays in the same arm of a larger one
        assert arm_of(name, reader, ARMS, 100) == first


def test_arms_have_their_shares_and_experiments_are_independent():
    readers = [UUID(int=number) for number in range(4_000)]
    first = {reader: arm_of("first", reader, ARMS, 100)["name"] for reader in readers}
    second = {reader: arm_of("second", reader, ARMS, 100)["name"] for reader in readers}
    both = Counter((first[reader], second[reader]) for reader in readers)
    assert all(count / 4_000 == pytest.approx(0.25, abs=0.03) for count in both.values())
    some = sum(arm_of("first", reader, ARMS, 20) is not None for reader in readers)
    assert some / 4_000 == pytest.approx(0.2, abs=0.03)


def test_intervals_are_those_of_the_papers():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-4)  # Newcombe 1998 a, table I
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-4)  # Newcombe 1998 b, table II
    assert newcombe(0, 10, 0, 10) == pytest.approx((-0.2775, 0.2775), abs=5e-4)


# --- on the lists


@pytest.fixture
def market(make, outbox_drain):
    """The dearer is better by skill, the cheaper by pay."""
    react = Skill.objects.get(slug="react").id
    people = []
    for name, level, rate in (("Dear", 4, 6_000), ("Cheap", 1, 1_000)):
        freelancer = make.freelancer(name)
        profiles.update_profile(
            organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON,
            changes={"rate_amount_minor": rate, "rate_currency": "EUR"}, skills={react: level},
            languages={"en": "native"},
        )  # fmt: skip
        people.append(freelancer)
    assert Profile.objects.count() == 2

    def task(reader_sees):
        """Of an employer who is in this arm."""
        employer = make.employer()
        while arm_of(PLAN["name"], employer.id, ARMS, 100)["name"] != reader_sees:
            employer = make.employer()
        created = make.task(employer=employer, skill_ids=(react,), budget_min_minor=20_000)
        matches.match_task(task_id=created.id, now=NOON)
        return created

    return task


@pytest.mark.django_db
def test_an_arm_orders_its_readers_lists_and_is_logged(market, make):
    present, new = market("present"), market("new")
    before = [
        recommended_freelancer.organization.display_name
        for recommended_freelancer in recommendations.recommended_freelancers(new.id, now=NOON)
    ]
    experiment = experiments.start_experiment(**PLAN, actor=make.staff_actor(), now=NOON)

    def order(task, now=NOON):
        recommended_freelancers = recommendations.recommended_freelancers(task.id, now=now)
        impressions.record_shown(
            kind=ListKind.PEOPLE,
            reader_id=task.employer_id,
            rows=[item.shown for item in recommended_freelancers],
            now=now,
        )
        return [item.organization.display_name for item in recommended_freelancers]

    assert before == order(present) == ["Dear", "Cheap"]
    assert order(new) == ["Cheap", "Dear"]
    for row in MatchImpression.objects.all():
        assert row.experiment == experiment
        assert row.arm == ("new" if row.task_id == new.id else "present")
        assert sum(row.components.values()) == pytest.approx(row.score, abs=1e-6)
    assert order(new, NOON + timedelta(days=28)) == before  # over: everybody sees what holds

    experiments.stop_experiment(experiment=experiment, note="Enough", actor=make.staff_actor(), now=NOON)
    assert order(new) == before


@pytest.mark.django_db
def test_the_page_says_what_came_of_each_arm_and_shows_a_breach_in_red(client, market, make):
    present, new = market("present"), market("new")
    experiment = experiments.start_experiment(**PLAN, actor=make.staff_actor(), now=NOON)
    for task in (present, new):
        recommended_freelancers = recommendations.recommended_freelancers(task.id, now=NOON)
        impressions.record_shown(
            kind=ListKind.PEOPLE,
            reader_id=task.employer_id,
            rows=[item.shown for item in recommended_freelancers],
            now=NOON,
        )
    invited = MatchImpression.objects.filter(task=new).first()
    impressions.record_event(
        kind=EventKind.INVITE, task_id=new.id, organization_id=invited.organization_id, now=NOON + timedelta(hours=1)
    )
    MatchImpression.objects.filter(arm="new").update(is_newcomer=False)

    first, second = fairness.arm_results(experiment)
    invites = {
        arm.name: next(outcome for outcome in arm.outcomes if outcome.kind == EventKind.INVITE)
        for arm in (first, second)
    }
    assert (first.lists, second.lists, invites["present"].lists, invites["new"].lists) == (1, 1, 0, 1)
    assert invites["present"].difference is None
    assert invites["new"].interval == wilson(1, 1)
    assert invites["new"].difference == newcombe(1, 1, 0, 1)
    assert [rail.is_breached for rail in first.guardrails] == [False, False]
    assert [rail.is_breached for rail in second.guardrails] == [True, False]

    client.force_login(make.staff())
    page = client.get(reverse("matching:experiment", args=[experiment.id])).content.decode()
    assert "A guardrail is breached" in page
    assert "stop the experiment" in page


# --- starting and stopping


@pytest.mark.django_db
def test_staff_start_and_stop_and_both_are_on_record(client, make):
    client.force_login(make.staff())
    url = reverse("matching:experiments")
    form = {
        "name": "more-pay", "side": "people", "note": "To see", "skill": 50, "pay": 40, "growth": 10, "exploration": 2,
        "share": 50, "days": 14, "newcomer_share_min": 8, "gini_max": "0.8",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    experiment = Experiment.objects.get()
    assert experiment.arms[1]["weights"] == [50, 40, 10]
    assert experiment.arms[1]["parameters"] == {"exploration": 0.02}

    again = client.post(url, form | {"name": "another"})
    assert again.status_code == 422
    assert "Another experiment runs" in again.content.decode()

    stop = reverse("matching:stop_experiment", args=[experiment.id])
    client.post(stop, {"note": ""})
    experiment.refresh_from_db()
    assert experiment.stopped_at is None
    client.post(stop, {"note": "Seen enough"})
    experiment.refresh_from_db()
    assert experiment.stopped_at is not None
    acts = AuditEntry.objects.filter(action__startswith="matching.").order_by("happened_at")
    assert [(act.action, act.reason) for act in acts] == [
        ("matching.start_experiment", "To see"), ("matching.stop_experiment", "Seen enough"),
    ]  # fmt: skip
    assert client.post(url, form | {"name": "another"}).status_code == 302


@pytest.mark.django_db
def test_nobody_else_starts_stops_or_looks(client, make):
    actor = make.actor(make.employer())
    with pytest.raises(NotFound):
        experiments.start_experiment(**PLAN, actor=actor, now=NOON)
    experiment = experiments.start_experiment(**PLAN, actor=make.staff_actor(), now=NOON)
    with pytest.raises(NotFound):
        experiments.stop_experiment(experiment=experiment, note="x", actor=actor, now=NOON)
    client.force_login(make.employer().memberships.get(role="owner").user)
    for url in (
        reverse("matching:experiments"), reverse("matching:experiment", args=[experiment.id]), reverse("matching:reasons")
    ):  # fmt: skip
        assert client.get(url).status_code == 404
    assert client.post(reverse("matching:stop_experiment", args=[experiment.id]), {"note": "x"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"note": " "}, policies.ExperimentNoteMissing),
        ({"arms": ARMS[:1]}, policies.ExperimentInvalid),
        ({"arms": [ARMS[0], ARMS[0]]}, policies.ExperimentInvalid),
        ({"arms": [ARMS[0], {"name": "new", "share": 0}]}, policies.ExperimentInvalid),
        ({"ends_at": NOON}, policies.ExperimentInvalid),
    ],
)
def test_an_experiment_that_says_nothing_is_refused(make, changes, error):
    with pytest.raises(error):
        experiments.start_experiment(**(PLAN | changes), actor=make.staff_actor(), now=NOON)


@pytest.mark.django_db
def test_one_that_is_over_makes_room_for_the_next(make):
    staff = make.staff_actor()
    first = experiments.start_experiment(**PLAN, actor=staff, now=NOON)
    later = NOON + timedelta(days=40)
    experiments.start_experiment(
        **(PLAN | {"name": f"next-{uuid4().hex[:6]}", "ends_at": later + timedelta(days=1)}), actor=staff, now=later
    )
    first.refresh_from_db()
    assert first.stopped_at == first.ends_at
