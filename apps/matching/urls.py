from datetime import date

from django.urls import path, register_converter

from apps.matching.views import experiments, explanations, fairness, feedback, learned, recommendations, staff, text


class WeekConverter:
    """The Monday that identifies a week; other days do not match."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if day.weekday() != 0:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(WeekConverter, "week")

app_name = "matching"
urlpatterns = [
    path("matching/", explanations.how, name="how"),
    path("matching/skills-from-text/", text.skills_from_text, name="skills_from_text"),
    path("matching/goes-with/", text.goes_with, name="goes_with"),
    path("matching/weights/", staff.weights, name="weights"),
    path("matching/gaps/", explanations.gaps, name="gaps"),
    path("matching/fairness/", fairness.fairness, name="fairness"),
    path("matching/fairness/<week:week>/", fairness.fairness, name="fairness_week"),
    path("matching/fairness/<week:week>/table.csv", fairness.fairness_csv, name="fairness_csv"),
    path("matching/experiments/", experiments.experiments, name="experiments"),
    path("matching/experiments/<uuid:experiment_id>/", experiments.experiment, name="experiment"),
    path("matching/experiments/<uuid:experiment_id>/stop/", experiments.stop_experiment, name="stop_experiment"),
    path("matching/reasons/", experiments.reasons, name="reasons"),
    path("matching/rates/", explanations.rates, name="rates"),
    path("matching/learned/", learned.rankers, name="rankers"),
    path("matching/learned/<int:ranker_id>/", learned.ranker, name="ranker"),
    path("matching/learned/<uuid:category_id>/<slug:side>/", learned.choose_order, name="choose_order"),
    path("matching/recompute_match.py", explanations.recompute_script, name="recompute_script"),
    path("recommended/export.json", explanations.export, name="export"),
    path("recommended/", recommendations.recommended_tasks, name="tasks"),
    path("tasks/<uuid:task_id>/recommended/", recommendations.recommended_freelancers, name="freelancers"),
    path("tasks/<uuid:task_id>/recommended/<uuid:organization_id>/", recommendations.person, name="person"),
    path("tasks/<uuid:task_id>/recommended/<uuid:organization_id>/not-suited/", feedback.not_suited, name="not_suited"),
    path("tasks/<uuid:task_id>/not-for-me/", feedback.not_for_me, name="not_for_me"),
    path("tasks/<uuid:task_id>/match/<uuid:organization_id>/", explanations.why, name="why"),
]
