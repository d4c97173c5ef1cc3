"""Templates of tasks: examples by category, own ones, and the milestones an employer suggests."""

from dataclasses import replace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.policies import NotYours, RoleMissing
from apps.contracts.operations import offers
from apps.skills import gateways
from apps.skills.models import Category
from apps.tasks import operations, queries, rules, templates
from apps.tasks.models import Task, TaskTemplate
from apps.tasks.rules import PlannedMilestone
from tests.conftest import log_in

PLAN = (PlannedMilestone("First tenth", 20), PlannedMilestone("Whole text", 80))


@pytest.mark.parametrize(
    ("line", "title", "share"),
    [
        ("First draft 40 %", "First draft", 40),
        ("First draft: 40%", "First draft", 40),
        ("- First draft – 40 %", "First draft", 40),
        ("初稿 40％", "初稿", 40),
        ("初稿：４０％", "初稿", 40),
        ("المسودة الأولى ٤٠٪", "المسودة الأولى", 40),
        ("Version 2", "Version 2", None),
        ("100 % of the pages", "100 % of the pages", None),
    ],
)
def test_a_line_of_a_plan_is_read_in_any_script(line, title, share):
    assert rules.planned_milestone(line) == PlannedMilestone(title, share)


@pytest.mark.parametrize("line", ["", "  ", "40 %", "Draft 0 %", "Draft 101 %", "x" * 141, "\u200b"])
def test_a_line_without_sense_is_refused(line):
    assert not rules.is_readable(rules.planned_milestone(line))


@given(st.lists(st.integers(1, 100), max_size=12))
def test_shares_add_up_to_the_whole_or_are_left_open(shares):
    plan = [PlannedMilestone("x", share) for share in shares]
    assert rules.shares_add_up(plan) == (not shares or sum(shares) == 100)
    if shares:
        assert not rules.shares_add_up([*plan, PlannedMilestone("open")])
    assert rules.shares_add_up([PlannedMilestone("open")] * 2)


def test_a_brief_survives_its_template(make):
    brief = replace(make.brief(), milestones=PLAN, revisions_included=4)
    kept = rules.brief_from_json(rules.brief_to_json(brief))
    undated = replace(brief, bidding_closes_at=None, decision_due_at=None, deadline_at=None, deadline_time_zone="UTC")
    assert kept == undated


def saved(make, task, name="Guides", role="owner", organization=None):
    actor = make.actor(organization or task.employer, role)
    return templates.save_template(task_id=task.id, name=name, actor=actor, now=make.now)


def test_saving_again_replaces_and_the_number_is_bounded(make, monkeypatch):
    task = make.task(milestones=PLAN)
    first = saved(make, task)
    assert saved(make, task, " Guides ").id == first.id
    monkeypatch.setattr(templates, "TEMPLATES_MAX", 1)
    with pytest.raises(templates.TooManyTemplates):
        saved(make, task, "Others")
    with pytest.raises(templates.TemplateNameMissing):
        saved(make, task, " ")


def test_only_ones_own_tasks_become_templates(make):
    task = make.task()
    with pytest.raises(NotYours):
        saved(make, task, organization=make.employer())
    make.member(task.employer, "finance")
    with pytest.raises(RoleMissing):
        saved(make, task, role="finance")
    template = saved(make, task)
    templates.remove_template(template_id=template.id, actor=make.actor(make.employer()))
    assert TaskTemplate.objects.exists(), "of another organization"


def test_a_plan_that_does_not_add_up_is_refused(make):
    for plan in ((PlannedMilestone("a", 50),), (PlannedMilestone("a", 50), PlannedMilestone("b"))):
        with pytest.raises(operations.PlanDoesNotAddUp):
            make.task(milestones=plan)
    for wrong in (PlannedMilestone("\u200b"), PlannedMilestone("a", 101), PlannedMilestone("x" * 141)):
        with pytest.raises(operations.PlanNotReadable):
            make.task(milestones=(wrong,))
    with pytest.raises(operations.TooManyRevisions):
        make.task(revisions_included=21)


def test_the_contract_includes_the_revisions_of_the_task(make):
    bid = make.bid(task=make.task(revisions_included=5, milestones=PLAN))
    contract = offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=make.now)
    assert contract.revisions_included == contract.terms["revisions_included"] == 5


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_every_example_has_a_valid_plan(language):
    examples = gateways.categories()
    assert len(examples) == 10
    for category in examples:
        lines = category.texts["milestones_template"][language].splitlines()
        plan = [rules.planned_milestone(line) for line in lines]
        assert all(milestone.share for milestone in plan), category.slug
        assert rules.shares_add_up(plan), category.slug


def test_a_template_fills_the_form(make, client):
    task = make.task(milestones=PLAN, revisions_included=4)
    page = log_in(client, task.employer)
    response = page.post(f"/en/tasks/{task.id}/template/", {"name": "Guides"}, follow=True)
    assert "Guides" in response.content.decode()
    template = TaskTemplate.objects.get()
    form = page.get(f"/en/tasks/new/?template={template.id}").context["form"]
    assert form["title"].value() == task.title
    assert form["milestones"].value() == "First tenth 20 %\nWhole text 80 %"
    assert form["revisions_included"].value() == 4
    assert form["bidding_closes_at"].value(), "the dates are new"

    other = log_in(client, make.employer())
    form = other.get(f"/en/tasks/new/?template={template.id}").context["form"]
    assert not form["title"].value()
    assert page.get("/en/tasks/new/?template=nothing").status_code == 200
    log_in(client, task.employer).post(f"/en/tasks/templates/{template.id}/remove/")
    assert not TaskTemplate.objects.exists()


def test_an_example_of_a_category_fills_the_form(make, client):
    make.brief()  # the category
    Category.objects.update(
        criteria_template_en="All pages are translated", requirements_template_en="Languages",
        milestones_template_en="First tenth 20 %\nWhole text 80 %",
    )  # fmt: skip
    form = log_in(client, make.employer()).get("/en/tasks/new/?template=translation").context["form"]
    assert form["criteria"].value() == "All pages are translated"
    assert form["milestones"].value() == "First tenth 20 %\nWhole text 80 %"


def test_a_mistake_in_the_plan_is_shown_at_its_field(make, client):
    page = log_in(client, make.employer())
    data = {
        "title": "Kept", "milestones": "Draft 40 %", "source_language": "en", "currency": "EUR",
        "budget_kind": "fixed", "visibility": "public", "bid_window": "open",
    }  # fmt: skip
    response = page.post("/en/tasks/new/", data)
    assert response.status_code == 422
    assert "milestones" in response.context["form"].errors
    assert not Task.objects.exists()


def test_bidders_see_the_plan_and_may_start_from_it(make, client):
    make.now = timezone.now()
    task, freelancer = make.task(milestones=PLAN), make.freelancer()
    page = log_in(client, freelancer)
    assert "Whole text" in page.get(f"/en/tasks/{task.id}/").content.decode()
    url = f"/en/tasks/{task.id}/bid/"
    form = page.get(f"{url}?plan=1").context["formset"]
    assert [line["title"].value() for line in form][:2] == ["First tenth", "Whole text"]
    plain = page.get(url)
    assert not plain.context["formset"][0]["title"].value()
    assert "?plan=1#milestones" in plain.content.decode()
    assert queries.brief_of(task).milestones == PLAN
