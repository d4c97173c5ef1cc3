from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.middleware import actor
from apps.common.errors import Invalid
from apps.tasks import operations, queries
from apps.tasks.forms import TextForm
from apps.tasks.models import Question
from apps.tasks.views.search import detail_context


@login_required
@require_POST
def ask(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task = get_object_or_404(queries.tasks_visible_to(actor(request)), id=task_id)
    form = TextForm(request.POST, prefix="question")
    if not form.is_valid():
        return render(
            request, "tasks/task_detail.html", detail_context(request, task.id) | {"question_form": form}, status=422
        )
    operations.ask_question(
        task_id=task.id,
        text=form.cleaned_data["text"],
        source_language=get_language() or "en",
        actor=actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("Question sent. You will be notified when it is answered."))
    return redirect(f"{task.get_absolute_url()}#questions")


@login_required
@require_POST
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    tasks = queries.tasks_visible_to(actor(request))
    question = get_object_or_404(Question.objects.select_related("task").filter(task__in=tasks), id=question_id)
    try:
        operations.answer_question(
            question_id=question.id, answer=request.POST.get("answer", ""), actor=actor(request), now=timezone.now()
        )
    except Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Answer published."))
    return redirect(f"{question.task.get_absolute_url()}#questions")
