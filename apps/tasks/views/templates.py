"""The organization's own templates of tasks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import DomainError
from apps.skills import queries as skills
from apps.tasks import policies, queries, templates


@login_required
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """Own templates, and the examples by category."""
    asker = actor(request)
    policies.check_can_post(asker)
    context = {"own": list(templates.templates_of(asker.organization_id)), "categories": skills.categories()}
    return render(request, "tasks/templates.html", context)


@login_required
@require_POST
def save(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Keep an own task's content as a template."""
    task = get_object_or_404(queries.tasks_visible_to(actor(request)), id=task_id)
    name = request.POST.get("name", "") or task.title
    try:
        template = templates.save_template(task_id=task.id, name=name, actor=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("tasks:edit" if task.status == "draft" else "tasks:detail", task.id)
    messages.success(request, _("Saved as the template “%(name)s”.") % {"name": template.name})
    return redirect("tasks:templates")


@login_required
@require_POST
def remove(request: HttpRequest, template_id: UUID) -> HttpResponse:
    templates.remove_template(template_id=template_id, actor=actor(request))
    messages.success(request, _("Template removed."))
    return redirect("tasks:templates")
