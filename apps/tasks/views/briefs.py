from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.bidding import queries as bids
from apps.common import keyset
from apps.common.errors import Invalid
from apps.common.ids import uuids
from apps.common.money import Money
from apps.files import operations as files
from apps.matching.queries import skill_suggestions
from apps.pricing.queries import previews
from apps.skills import queries as skills
from apps.skills.forms import SKILL_ADDED, SkillPickerWidget, has_added_skill
from apps.tasks import operations, policies, queries, rules, templates
from apps.tasks.forms import AddendumForm, AttachmentForm, BriefForm, initial_of, initial_of_brief
from apps.tasks.models import Task, TaskAttachment
from apps.tasks.views.search import detail_context

READ = ("title", "goal", "background", "requirements", "criteria")


def _own(request: HttpRequest, task_id: UUID) -> Task:
    """Return one of the organization's own tasks, or raise 404."""
    organization_id = actor(request).organization_id
    tasks = queries.tasks_of(organization_id) if organization_id else Task.objects.none()
    return get_object_or_404(tasks, id=task_id)


def _form(request: HttpRequest, task: Task | None) -> BriefForm:
    organization_id = actor(request).organization_id
    currency = organizations.organization(organization_id).currency if organization_id else "EUR"
    now = timezone.now()
    zone = ZoneInfo(organizations.organization(organization_id).time_zone if organization_id else "UTC")
    fresh = {
        "source_language": get_language() or "en",
        "currency": currency,
        "budget_kind": "fixed",
        "visibility": "public",
        "bid_window": "open",
        "bidding_closes_at": rules.evening_in(rules.BIDDING_DAYS, now, zone),
        "decision_due_at": rules.evening_in(rules.DECISION_DAYS, now, zone),
    }
    return BriefForm(
        request.POST or None,
        initial=initial_of(task) if task else fresh | _from_template(request),
        language=get_language() or "en",
        currency=currency,
    )


def _from_template(request: HttpRequest) -> dict[str, Any]:
    """What `?template=` fills in: an own template by its id, or the example of a category by its slug."""
    name = request.GET.get("template", "")
    if (example := skills.category(name)) is not None:
        return {
            "category": example.slug,
            "requirements": "\n".join(f"{line}: " for line in example.requirements),
            "criteria": tuple(example.criteria),
            "milestones": tuple(example.milestones),
        }
    for template_id in uuids([name]):
        own = templates.templates_of(actor(request).organization_id).filter(id=template_id).first()
        if own is not None:
            kept = initial_of_brief(rules.brief_from_json(own.brief))
            return {field: value for field, value in kept.items() if value is not None}
    return {}


@login_required
@require_POST
def copy(request: HttpRequest, task_id: UUID) -> HttpResponse:
    draft = operations.copy_task(task_id=_own(request, task_id).id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Copied as a draft, with new dates. Look it over, then publish it."))
    return redirect("tasks:edit", draft.id)


def _read_own_words(form: BriefForm) -> BriefForm:
    """Return the form with all its input; the skill picker suggests the skills named in the brief's text."""
    form.full_clean()
    words = "\n".join(str(form[name].value() or "") for name in READ)
    value = form["skills"].value()
    picker = form.fields["skills"].widget
    assert isinstance(picker, SkillPickerWidget)
    picked = uuids(picker.resolved or value["ids"])
    picker.suggestions = skill_suggestions.skills_in(words, str(form["source_language"].value() or "en"), picked)
    return form


def _page(
    request: HttpRequest, form: BriefForm, task: Task | None, status: int = 200, *, starts: bool = False
) -> HttpResponse:
    """:param starts: whether to offer templates: on a new form, which they would overwrite."""
    context = {
        "form": form,
        "task": task,
        "attachments": task.attachments.select_related("file") if task else [],
        "attachment_form": AttachmentForm(),
        "categories": list(form.categories.values()) if starts else [],
        "own_templates": list(templates.templates_of(actor(request).organization_id)) if starts else [],
        **_what_is_paid(request, task),
    }
    return render(request, "tasks/task_form.html", context, status=status)


def _what_is_paid(request: HttpRequest, task: Task | None) -> dict[str, Any]:
    """Return the service fee on top of the budget: its rate, and the maximum total if the budget is known."""
    organization_id = actor(request).organization_id
    if organization_id is None:
        return {}
    budget = (task.budget_max if task else None) or Money.zero("EUR")
    country = organizations.organization(organization_id).country
    return {"cost": previews.employer_cost_at_most(budget, country, timezone.now().date())}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    asker = actor(request)
    if asker.organization_id is None:
        return redirect("accounts:organizations")
    policies.check_can_post(asker)  # checked before the user types anything
    form = _form(request, None)
    if request.method in ("GET", "HEAD"):
        return _page(request, form, None, starts=True)
    if "read" in request.POST:
        return _page(request, _read_own_words(form), None)
    if has_added_skill(form):
        messages.success(request, str(SKILL_ADDED))
        return _page(request, form, None)
    if not form.is_valid():
        return _page(request, form, None, 422)
    if "publish" in request.POST and not form.brief().title.strip():
        # A draft needs a title. Show what is missing; the form keeps the input.
        form.show_problems(rules.problems(form.brief(), timezone.now()))
        return _page(request, form, None, 422)
    task = operations.start_draft(actor=actor(request), brief=form.brief(), now=timezone.now())
    return _after_saving(request, form, task)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _own(request, task_id)
    if task.status != "draft":
        raise policies.AlreadyPublished
    form = _form(request, task)
    if request.method in ("GET", "HEAD"):
        return _page(request, form, task)
    if "read" in request.POST:
        return _page(request, _read_own_words(form), task)
    if has_added_skill(form):
        messages.success(request, str(SKILL_ADDED))
        return _page(request, form, task)
    if not form.is_valid():
        return _page(request, form, task, 422)
    task = operations.save_draft(task_id=task.id, actor=actor(request), brief=form.brief(), now=timezone.now())
    return _after_saving(request, form, task)


def _after_saving(request: HttpRequest, form: BriefForm, task: Task) -> HttpResponse:
    """Publish if requested. Missing fields are reported at the field, and the draft is saved either way."""
    if "publish" not in request.POST:
        messages.success(request, _("Draft saved."))
        return redirect("tasks:edit", task.id)
    try:
        operations.publish(task_id=task.id, actor=actor(request), now=timezone.now())
    except policies.WaitingForPublication as error:
        form.show_problems(error.problems)
        return _page(request, form, task, 422)
    messages.success(request, _("Your task is published. Matching freelancers are being notified."))
    return redirect(task)


@login_required
@require_POST
def autosave_new(request: HttpRequest) -> HttpResponse:
    """
    Create a draft from the first input on the page of a new task; the response headers say where to save the rest.
    """
    form = _form(request, None)
    if not form.is_valid():
        return HttpResponse(status=422)
    brief = form.brief()
    if not (brief.title.strip() or brief.goal.strip()):
        return HttpResponse(status=204)
    task = operations.start_draft(actor=actor(request), brief=brief, now=timezone.now())
    response = HttpResponse(status=201)
    response["X-Save-To"] = reverse("tasks:autosave", args=[task.id])
    response["X-Form-Action"] = reverse("tasks:edit", args=[task.id])
    return response


@login_required
@require_POST
def autosave(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Save what the page sends while the user types, if it is valid; otherwise it is left for the next attempt."""
    task = _own(request, task_id)
    form = _form(request, task)
    if not form.is_valid():
        return HttpResponse(status=422)
    operations.save_draft(task_id=task.id, actor=actor(request), brief=form.brief(), now=timezone.now())
    return HttpResponse(status=204)


@login_required
@require_POST
def discard(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _own(request, task_id)
    operations.discard_draft(task_id=task.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Draft discarded."))
    return redirect("tasks:mine")


@login_required
@require_POST
def attach(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task, now = _own(request, task_id), timezone.now()
    form = AttachmentForm(request.POST, request.FILES)
    user_id = actor(request).user_id
    if not form.is_valid() or user_id is None:
        messages.error(request, _("Choose a file first."))
    else:
        try:
            stored = files.store(upload=form.cleaned_data["file"], uploaded_by_id=user_id, now=now)
            operations.attach_file(task_id=task.id, file_id=stored.id, actor=actor(request), now=now)
        except Invalid as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("File attached."))
    return redirect("tasks:edit" if task.status == "draft" else "tasks:detail", task.id)


@login_required
@require_POST
def remove_attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    attachment = get_object_or_404(TaskAttachment, id=attachment_id)
    task = _own(request, attachment.task_id)
    operations.remove_attachment(attachment_id=attachment.id, actor=actor(request), now=timezone.now())
    return redirect("tasks:edit", task.id)


@login_required
@require_POST
def addendum(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _own(request, task_id)
    form = AddendumForm(request.POST, prefix="addendum")
    if form.is_valid():
        try:
            operations.add_addendum(task_id=task.id, actor=actor(request), now=timezone.now(), **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Addendum published. Every bidder is notified."))
            return redirect(task)
    context: dict[str, Any] = detail_context(request, task.id) | {"addendum_form": form, "open_addendum": True}
    return render(request, "tasks/task_detail.html", context, status=422)


@login_required
@require_POST
def close(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _own(request, task_id)
    operations.close(task_id=task.id, actor=actor(request), now=timezone.now(), reason=request.POST.get("reason", ""))
    messages.success(request, _("Task closed. Bidders are notified."))
    return redirect(task)


@login_required
@require_POST
def cancel(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _own(request, task_id)
    operations.cancel(task_id=task.id, actor=actor(request), now=timezone.now(), reason=request.POST.get("reason", ""))
    messages.success(request, _("Task cancelled. Bidders are notified."))
    return redirect("tasks:mine")


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    organization_id = actor(request).organization_id
    if organization_id is None:
        return redirect("accounts:organizations")
    status = request.GET.get("status", "")
    tasks = queries.tasks_of(organization_id)
    groups = {
        "draft": ["draft"],
        "open": ["open", "deciding"],
        "work": ["awarded"],
        "ended": ["completed", "closed", "expired", "cancelled"],
    }
    shown = tasks.filter(status__in=groups[status]) if status in groups else tasks
    page = keyset.page(shown, order="-created_at", cursor=request.GET.get("cursor", ""))
    counts = bids.bid_counts([task.id for task in page.rows])
    context = {
        "tasks": [{"task": task, "bids": counts.get(task.id, 0)} for task in page.rows],
        "next_cursor": page.next_cursor,
        "status": status,
        "tabs": [
            ("", _("All")),
            ("draft", _("Drafts")),
            ("open", _("Open")),
            ("work", _("At work")),
            ("ended", _("Ended")),
        ],
    }
    return render(request, "tasks/my_tasks.html", context)
