"""Reports, the staff queue, and statements of reasons."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor, language
from apps.common import keyset
from apps.common.errors import Conflict
from apps.common.ids import uuid_or_none
from apps.common.views import ask_first, is_changing
from apps.moderation import operations, policies, queries
from apps.moderation.forms import AnswerForm, AuditFilterForm, DecisionForm, ObjectionForm, ReportForm
from apps.moderation.models import Objection, Report
from apps.moderation.states import Decision, ReportStatus, Subject

QUEUE_SIZE = 50
AUDIT_PAGE_SIZE = 50


_CONSEQUENCES = {
    Subject.TASK: gettext_lazy("The task disappears from every list at once, and nobody can bid on it."),
    Subject.PROFILE: gettext_lazy("The profile disappears at once for everybody but its owner."),
    Subject.MESSAGE: gettext_lazy("The message disappears at once for everybody but its author."),
    Subject.THREAD: gettext_lazy("The messages disappear at once for both sides, and nobody can write there."),
    Subject.PICTURE: gettext_lazy("Everybody but its owner sees the generated mark in its place, within a minute."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, subject_type: str, subject_id: UUID) -> HttpResponse:
    if subject_type not in Subject.values:
        raise Http404
    seen = queries.content(subject_type, subject_id, actor(request))
    if seen is None:
        raise Http404
    policies.check_can_report(actor(request), seen.affected_id)
    form = ReportForm(request.POST or None)
    if form.is_valid():
        try:
            operations.report(
                subject_type=subject_type,
                subject_id=subject_id,
                source_language=language(request),
                actor=actor(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. We will look at it and tell you what we decided."))
            return redirect(seen.address or "messaging:list")
    context = {"form": form, "seen": seen, "kind": Subject(subject_type).label}
    return render(request, "moderation/report_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    policies.check_is_staff(actor(request))
    return _queue_page(request, request.GET.get("case", ""), None)


def _queue_page(request: HttpRequest, case_id: str, form: DecisionForm | None) -> HttpResponse:
    is_decided = request.GET.get("show") == "decided"
    rows = list((queries.decided_reports() if is_decided else queries.open_reports())[:QUEUE_SIZE])
    place = next((index for index, item in enumerate(rows) if str(item.id) == case_id), 0)
    case = rows[place] if rows else None
    context = {
        "rows": rows,
        "case": case,
        "is_decided": is_decided,
        "open_count": queries.open_reports().count(),
        "objection_count": queries.open_objections().count(),
        "following": rows[place + 1] if place + 1 < len(rows) else None,
        "preceding": rows[place - 1] if place > 0 else None,
        "seen": queries.content(case.subject_type, case.subject_id, actor(request)) if case else None,
        "same": _same_subject(case),
        "earlier": list(queries.earlier_cases(case.affected_id)[:5]) if case else [],
        "form": form or DecisionForm(initial={"ground": case.reason if case else ""}),
    }
    return render(request, "moderation/queue.html", context, status=422 if form and form.errors else 200)


def _same_subject(case: Report | None) -> list[Report]:
    if case is None:
        return []
    return list(queries.open_reports().filter(subject_id=case.subject_id).exclude(id=case.id))


@login_required
@require_POST
def decide(request: HttpRequest, report_id: UUID) -> HttpResponse:
    policies.check_is_staff(actor(request))
    form = DecisionForm(request.POST)
    if not form.is_valid() or is_changing(request):
        return _queue_page(request, str(report_id), form)
    case = get_object_or_404(Report.objects.select_related("affected"), id=report_id)
    if case.status == ReportStatus.OPEN and (question := _ask_about_decision(request, form, case)):
        return question
    try:
        operations.decide(report_id=report_id, actor=actor(request), now=timezone.now(), **form.cleaned_data)
    except operations.CaseClosed as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Decided. The people concerned are notified."))
    return redirect("moderation:queue")


def _ask_about_decision(request: HttpRequest, form: DecisionForm, case: Report) -> HttpResponse | None:
    same = queries.open_reports().filter(subject_type=case.subject_type, subject_id=case.subject_id).count()
    closes = ngettext(
        "%(count)s open report about it is closed, and its author reads what you decided.",
        "%(count)s open reports about it are closed, and their authors read what you decided.",
        same,
    ) % {"count": same}
    logged = _("Your name and your reason are in the audit trail for good.")
    if form.cleaned_data["decision"] == Decision.DISMISS:
        title = _("Dismiss the report about “%(title)s”?") % {"title": case.snapshot["title"]}
        sentences = [_("It stays visible to everybody."), closes, logged]
        return ask_first(request, form, title=title, sentences=sentences, label=_("Dismiss"), variant="primary")
    title = _("Take down “%(title)s”?") % {"title": case.snapshot["title"]}
    reads = _("%(name)s gets a statement of reasons with your words and may object to it once.")
    sentences = [
        str(_CONSEQUENCES[Subject(case.subject_type)]),
        reads % {"name": case.affected.display_name},
        closes,
        logged,
    ]
    return ask_first(request, form, title=title, sentences=sentences, label=_("Take down"))


@login_required
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    own = queries.statements_of(actor(request).organization_id)[:100]
    return render(request, "moderation/statement_list.html", {"statements": own})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show the decision and its reasons; the affected party may object here, once."""
    shown = get_object_or_404(queries.statements_visible_to(actor(request)), id=statement_id)
    form = ObjectionForm(request.POST or None)
    if form.is_valid():
        operations.object_to(
            statement_id=shown.id,
            text=form.cleaned_data["text"],
            source_language=language(request),
            actor=actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your objection is with our staff."))
        return redirect("moderation:statement", shown.id)
    context = {
        "statement": shown,
        "objection": Objection.objects.filter(statement=shown).first(),
        "can_object": policies.can_object(actor(request), shown),
        "form": form,
    }
    return render(request, "moderation/statement.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    policies.check_is_staff(actor(request))
    return render(request, "moderation/objections.html", _objections(request, _objection_rows(request, None, None)))


def _objections(request: HttpRequest, rows: list[tuple[Objection, AnswerForm]]) -> dict[str, object]:
    """The rows with the pictures that they are about."""
    subject_ids = [row.statement.subject_id for row, _form in rows if row.statement.subject_type == Subject.PICTURE]
    seen = {subject_id: queries.content(Subject.PICTURE, subject_id, actor(request)) for subject_id in subject_ids}
    return {"rows": rows, "pictures": {subject_id: shown.picture for subject_id, shown in seen.items() if shown}}


def _objection_rows(
    request: HttpRequest, objection_id: UUID | None, failed: AnswerForm | None
) -> list[tuple[Objection, AnswerForm]]:
    return [
        (objection, failed if failed and objection.id == objection_id else AnswerForm(prefix=str(objection.id)))
        for objection in queries.open_objections()[:QUEUE_SIZE]
    ]


@login_required
@require_POST
def answer_objection(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    policies.check_is_staff(actor(request))
    form = AnswerForm(request.POST, prefix=str(objection_id))
    if not form.is_valid() or is_changing(request):
        context = _objections(request, _objection_rows(request, objection_id, form))
        return render(request, "moderation/objections.html", context, status=422 if form.errors else 200)
    objection = get_object_or_404(Objection.objects.select_related("statement__organization"), id=objection_id)
    if question := _ask_about_answer(request, form, objection):
        return question
    operations.answer_objection(
        objection_id=objection_id, actor=actor(request), now=timezone.now(), **form.cleaned_data
    )
    messages.success(request, _("Answered. The party concerned can read it."))
    return redirect("moderation:objections")


def _ask_about_answer(request: HttpRequest, form: AnswerForm, objection: Objection) -> HttpResponse | None:
    reads = _("%(name)s reads your answer; there is no second objection.")
    sentences = [
        _("What was taken down is seen again at once.")
        if form.cleaned_data["verb"] == "grant"
        else _("It stays down for good."),
        reads % {"name": objection.statement.organization.display_name},
        _("Your name and your reason are in the audit trail for good."),
    ]
    title = _("Answer the objection about “%(title)s”?") % {"title": objection.statement.title}
    return ask_first(request, form, title=title, sentences=sentences, label=_("Answer"), variant="primary")


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    policies.check_is_staff(actor(request))
    people = queries.people_of_the_log(uuid_or_none(request.GET.get("person")))
    form = AuditFilterForm(request.GET, people=people)
    if not form.is_valid():
        return render(request, "moderation/audit.html", {"form": form}, status=422)
    entries = queries.audit_entries(**form.filters())
    page = keyset.page(entries, order="-happened_at", cursor=request.GET.get("cursor", ""), size=AUDIT_PAGE_SIZE)
    parameters = request.GET.copy()
    parameters["cursor"] = page.next_cursor
    context = {
        "form": form,
        "page": page,
        "is_filtered": any(form.cleaned_data.values()),
        "next": f"?{parameters.urlencode()}" if page.next_cursor else "",
    }
    return render(request, "moderation/audit.html", context)
