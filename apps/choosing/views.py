"""Pages of scores and notes, for the members of the employer alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.choosing import operations, policies, queries, rules
from apps.choosing.forms import (
    AgreementForm,
    CriterionFormSet,
    NoteForm,
    PlanForm,
    ScoreForm,
    criteria_in,
    initial_points,
)
from apps.choosing.models import Evaluation, ScoreSheet
from apps.common.errors import DomainError
from apps.tasks.models import Task


def _task(request: HttpRequest, task_id: UUID) -> Task:
    return get_object_or_404(queries.tasks_evaluated_by(actor(request)), id=task_id)


def _bid(request: HttpRequest, bid_id: UUID) -> Bid:
    return get_object_or_404(queries.bids_evaluated_by(actor(request), timezone.now()), id=bid_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _task(request, task_id)
    evaluation = queries.evaluation_of(task.id)
    if not policies.can_plan(actor(request), task, evaluation):
        messages.error(request, _("Criteria and weights are fixed, or your role does not allow to set them."))
        return redirect("choosing:scores", task.id)
    current = evaluation or Evaluation(task=task)
    form = PlanForm(
        request.POST or None, initial={"is_blind": current.is_blind, "is_published": bool(current.published_at)}
    )
    formset = CriterionFormSet(request.POST or None, prefix="criteria", initial=current.criteria)
    if form.is_valid() and formset.is_valid():
        try:
            operations.set_criteria(
                task_id=task.id,
                criteria=criteria_in(formset),
                actor=actor(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Criteria saved. They are fixed with the first score."))
            return redirect("choosing:scores", task.id)
    context = {"task": task, "form": form, "formset": formset}
    return render(request, "choosing/criteria.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def scores(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The sums of all bids, as arithmetic: the order is that in which the bids came in."""
    task, asker, now = _task(request, task_id), actor(request), timezone.now()
    evaluation = queries.evaluation_of(task.id)
    seen = queries.seen_scores(evaluation, asker.user_id) if evaluation else {}
    context = {
        "task": task,
        "evaluation": evaluation,
        "is_sealed": bids.is_sealed(task, now),
        "rows": [(bid, seen.get(bid.id, queries.Scores())) for bid in bids.bids_on(task, now)],
        "agreements": queries.agreements_of([evaluation.id]) if evaluation else [],
        "may_plan": policies.can_plan(asker, task, evaluation),
        "may_score": policies.can_score(asker, task, evaluation),
        "may_agree": policies.can_agree(asker, task, evaluation, "agree"),
        "may_reopen": policies.can_agree(asker, task, evaluation, "reopen"),
    }
    return render(request, "choosing/scores.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bid(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    """One's own score of a bid, the others' as far as one may see them, and the private notes."""
    shown, asker = _bid(request, bid_id), actor(request)
    evaluation = queries.evaluation_of(shown.task_id)
    bid_scores = queries.scores_of_bid(evaluation, shown.id, asker.user_id) if evaluation else queries.Scores()
    may_score = policies.can_score(asker, shown.task, evaluation)
    form = _score_form(request, evaluation, bid_scores) if may_score and evaluation else None
    if form is not None and form.is_valid():
        try:
            operations.score(
                bid_id=shown.id,
                points=form.points(),
                comment=form.cleaned_data["comment"],
                actor=asker,
                now=timezone.now(),
            )
        except DomainError as error:  # too fast, or agreed meanwhile: what was typed stays
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your score is saved."))
            return redirect("choosing:bid", shown.id)
    return _bid_page(request, shown, evaluation, bid_scores, form, NoteForm())


def _score_form(request: HttpRequest, evaluation: Evaluation, bid_scores: queries.Scores) -> ScoreForm:
    initial: dict[str, Any] = {}
    if bid_scores.own:
        initial = {f"points_{number}": point for number, point in enumerate(bid_scores.own.points)}
        initial["comment"] = bid_scores.own.comment
    return ScoreForm(request.POST or None, criteria=evaluation.award_criteria, initial=initial)


def _bid_page(
    request: HttpRequest,
    shown: Bid,
    evaluation: Evaluation | None,
    bid_scores: queries.Scores,
    form: ScoreForm | None,
    note_form: NoteForm,
) -> HttpResponse:
    asker = actor(request)
    context = {
        "bid": shown,
        "task": shown.task,
        "evaluation": evaluation,
        "scores": bid_scores,
        "form": form,
        "note_form": note_form if policies.can_write_notes(asker, shown.task, timezone.now()) else None,
        "notes": queries.seen_notes(shown.id, asker.user_id, sees_others=bid_scores.sees_others),
        "may_plan": policies.can_plan(asker, shown.task, evaluation),
    }
    is_wrong = note_form.is_bound or (form is not None and form.is_bound)
    return render(request, "choosing/bid.html", context, status=422 if is_wrong else 200)


@login_required
@require_POST
def note(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    shown, asker = _bid(request, bid_id), actor(request)
    note_form = NoteForm(request.POST)
    if note_form.is_valid():
        text = note_form.cleaned_data["text"]
        try:
            operations.write_note(bid_id=shown.id, text=text, actor=asker, now=timezone.now())
        except DomainError as error:
            note_form.add_error("text", str(error))
        else:
            messages.success(request, _("Note saved. Only your organization sees it."))
            return redirect("choosing:bid", shown.id)
    evaluation = queries.evaluation_of(shown.task_id)
    bid_scores = queries.scores_of_bid(evaluation, shown.id, asker.user_id) if evaluation else queries.Scores()
    form = None
    if evaluation and policies.can_score(asker, shown.task, evaluation):
        form = ScoreForm(criteria=evaluation.award_criteria)
    return _bid_page(request, shown, evaluation, bid_scores, form, note_form)


@login_required
@require_POST
def delete_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    own = get_object_or_404(queries.notes_readable_by(actor(request)), id=note_id)
    operations.delete_note(note_id=own.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Note deleted."))
    return redirect("choosing:bid", own.bid_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task, asker = _task(request, task_id), actor(request)
    evaluation = queries.evaluation_of(task.id)
    if evaluation is None or not policies.can_agree(asker, task, evaluation, "agree"):
        messages.error(request, _("There is nothing to agree on now, or your role does not allow it."))
        return redirect("choosing:scores", task.id)
    scored = queries.scored_bids(evaluation.id)
    sheets = queries.sheets_of(evaluation.id)
    initial: dict[str, Any] = {}
    for scored_bid in scored:
        initial |= initial_points(scored_bid.id, _common_points(scored_bid, sheets))
    form = AgreementForm(request.POST or None, bids=scored, criteria=evaluation.award_criteria, initial=initial)
    if form.is_valid():
        try:
            recorded = operations.agree(
                task_id=task.id,
                points=form.points(),
                reason=form.cleaned_data["reason"],
                actor=asker,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The result is recorded."))
            return redirect(recorded)
    context = {"task": task, "form": form}
    return render(request, "choosing/agree.html", context, status=422 if form.is_bound else 200)


def _common_points(scored_bid: Bid, sheets: list[ScoreSheet]) -> list[int | None]:
    return rules.common_points([sheet.points for sheet in sheets if sheet.bid_id == scored_bid.id])


@login_required
@require_POST
def reopen(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = _task(request, task_id)
    operations.reopen(task_id=task.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Scores can be changed again. The record so far is kept."))
    return redirect("choosing:scores", task.id)


@login_required
@require_safe
def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    shown = get_object_or_404(queries.agreements_readable_by(actor(request)), id=agreement_id)
    context = {"agreement": shown, "task": shown.evaluation.task, "record": shown.record}
    return render(request, "choosing/agreement.html", context)
