from datetime import date

from django.urls import path, register_converter

from apps.matching import views


class WeekConverter:
    """A Monday; no other day names a week."""

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
    path("matching/", views.how, name="how"),
    path("matching/skills-from-text/", views.skills_from_text, name="skills_from_text"),
    path("matching/goes-with/", views.goes_with, name="goes_with"),
    path("matching/weights/", views.weights, name="weights"),
    path("matching/gaps/", views.gaps, name="gaps"),
    path("matching/fairness/", views.fairness_report, name="fairness"),
    path("matching/fairness/<week:week>/", views.fairness_report, name="fairness_week"),
    path("matching/fairness/<week:week>/table.csv", views.fairness_csv, name="fairness_csv"),
    path("matching/experiments/", views.experiments, name="experiments"),
    path("matching/experiments/<uuid:experiment_id>/", views.experiment, name="experiment"),
    path("matching/experiments/<uuid:experiment_id>/stop/", views.stop_experiment, name="stop_experiment"),
    path("matching/reasons/", views.reasons, name="reasons"),
    path("matching/rates/", views.rates, name="rates"),
    path("matching/learned/", views.rankers, name="rankers"),
    path("matching/learned/<int:ranker_id>/", views.ranker, name="ranker"),
    path("matching/learned/<uuid:category_id>/<slug:side>/", views.choose_order, name="choose_order"),
    path("matching/recompute_match.py", views.recompute_script, name="recompute_script"),
    path("recommended/export.json", views.export, name="export"),
    path("recommended/", views.recommended_tasks, name="tasks"),
    path("tasks/<uuid:task_id>/recommended/", views.recommended_freelancers, name="freelancers"),
    path("tasks/<uuid:task_id>/recommended/<uuid:organization_id>/", views.person, name="person"),
    path("tasks/<uuid:task_id>/recommended/<uuid:organization_id>/not-suited/", views.not_suited, name="not_suited"),
    path("tasks/<uuid:task_id>/not-for-me/", views.not_for_me, name="not_for_me"),
    path("tasks/<uuid:task_id>/match/<uuid:organization_id>/", views.why, name="why"),
]
