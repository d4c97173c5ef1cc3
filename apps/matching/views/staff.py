from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common.errors import Invalid
from apps.matching import forms, policies
from apps.matching.operations import matches
from apps.matching.queries import ranking_versions


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def weights(request: HttpRequest) -> HttpResponse:
    """Staff: change the points of the formula, with a preview before they are used."""
    policies.check_can_set_weights(actor(request))
    now = timezone.now()
    points, _version = ranking_versions.current_weights()
    form = forms.StaffWeightsForm(request.POST if request.method == "POST" else None, points=points)
    shifts = None
    if form.is_valid():
        if request.POST.get("step") == "set":
            try:
                matches.set_weights(weights=form.weights, note=form.cleaned_data["note"], actor=actor(request), now=now)
                messages.success(request, _("The new weights hold. Open tasks are matched again."))
                return redirect("matching:weights")
            except Invalid as error:
                form.add_error("note", str(error))
        shifts = ranking_versions.preview_of(form.weights, now)
    context = {"form": form, "points": points, "shifts": shifts, "history": ranking_versions.weights_history()}
    return render(request, "matching/weights_form.html", context, status=422 if form.errors else 200)
