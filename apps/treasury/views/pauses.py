"""Staff pause and resume everything that sends money out. The page itself is the confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common.errors import DomainError
from apps.gateways import policies
from apps.gateways.operations import pauses as pause_operations
from apps.gateways.queries import pauses as pause_queries
from apps.treasury.forms import ReasonForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    policies.check_can_pause(actor(request))
    paused = pause_queries.open_pause()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        change = pause_operations.resume if request.POST.get("verb") == "resume" else pause_operations.pause
        try:
            change(reason=form.cleaned_data["reason"], now=timezone.now(), actor=actor(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            done = _("Payments go out again.") if change is pause_operations.resume else _("Payments are paused.")
            messages.success(request, done)
            return redirect("treasury:treasury")
    context = {
        "form": form,
        "paused": paused,
        "verb": "resume" if paused else "pause",
        "unbooked": pause_queries.unbooked_objects(),
        "pauses": pause_queries.recent_pauses(),
    }
    return render(request, "treasury/pause.html", context, status=422 if form.is_bound else 200)
