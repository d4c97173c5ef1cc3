"""Staff pages: comparison of two orders of the same lists, and the totals of the reasons given for refusals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import Conflict, Invalid
from apps.matching import forms, policies
from apps.matching.models import Experiment, ListSide, Reason
from apps.matching.operations import experiments as experiment_operations
from apps.matching.queries import fairness, impressions, ranking_versions

DAYS = 90
GUARDRAILS = {
    "newcomer_share_min": gettext_lazy("Newcomers among the first ten"),
    "gini_max": gettext_lazy("Gini of exposure"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def experiments(request: HttpRequest) -> HttpResponse:
    """List all experiments, with a form to start one."""
    acting, now = actor(request), timezone.now()
    policies.check_is_staff(acting)
    points, _version = ranking_versions.current_weights()
    form = forms.ExperimentForm(request.POST if request.method == "POST" else None, points=points)
    if form.is_valid():
        try:
            result = experiment_operations.start_experiment(**form.plan(now), actor=acting, now=now)
        except (Invalid, Conflict) as error:
            form.add_error(getattr(error, "field", None) or None, str(error))
        else:
            messages.success(request, _("The experiment runs."))
            return redirect("matching:experiment", result.id)
    rows = [(item, _is_running(item, now)) for item in fairness.experiments_newest_first()]
    context = {"form": form, "rows": rows}
    return render(request, "matching/experiment_list.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def experiment(request: HttpRequest, experiment_id: UUID) -> HttpResponse:
    """Show the results of each arm so far, and whether a guardrail is breached."""
    policies.check_is_staff(actor(request))
    experiment = get_object_or_404(Experiment.objects.select_related("started_by"), id=experiment_id)
    results = fairness.arm_results(experiment)
    context = {
        "experiment": experiment,
        "is_running": _is_running(experiment, timezone.now()),
        "arms": [_arm(result, plan) for result, plan in zip(results, experiment.arms, strict=True)],
        "is_breached": any(rail.is_breached for result in results for rail in result.guardrails),
    }
    return render(request, "matching/experiment_detail.html", context)


@require_POST
@login_required
def stop_experiment(request: HttpRequest, experiment_id: UUID) -> HttpResponse:
    acting = actor(request)
    policies.check_is_staff(acting)
    experiment = get_object_or_404(Experiment, id=experiment_id)
    try:
        experiment_operations.stop_experiment(
            experiment=experiment, note=request.POST.get("note", ""), actor=acting, now=timezone.now()
        )
        messages.success(request, _("Stopped: everybody sees the first arm again."))
    except Invalid as error:
        messages.error(request, str(error))
    return redirect("matching:experiment", experiment.id)


@require_safe
@login_required
def reasons(request: HttpRequest) -> HttpResponse:
    """Show how often each reason was given, without the people and the texts."""
    policies.check_is_staff(actor(request))
    counted = impressions.reasons_counted(timezone.now() - timedelta(days=DAYS))
    rows = [(ListSide(side).label, Reason(reason).label, times) for side, reason, times in counted]
    return render(request, "matching/reason_list.html", {"rows": rows, "days": DAYS})


def _is_running(experiment: Experiment, now: Any) -> bool:
    return experiment.stopped_at is None and experiment.starts_at <= now < experiment.ends_at


def _arm(result: fairness.ArmResult, plan: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": result.name,
        "plan": plan,
        "lists": result.lists,
        "readers": result.readers,
        "outcomes": [
            {
                "label": outcome.kind.label,
                "lists": outcome.lists,
                "share": round(10_000 * outcome.share),
                "interval": [round(10_000 * end) for end in outcome.interval],
                "difference": [Decimal(str(round(100 * end, 1))) for end in outcome.difference]
                if outcome.difference
                else None,
            }
            for outcome in result.outcomes
        ],
        "guardrails": [
            {
                "label": GUARDRAILS[guardrail.code],
                "value": None if guardrail.value is None else Decimal(str(round(guardrail.value, 3))),
                "limit": Decimal(str(guardrail.limit)),
                "is_least": guardrail.code.endswith("_min"),
                "is_breached": guardrail.is_breached,
            }
            for guardrail in result.guardrails
        ],
    }
