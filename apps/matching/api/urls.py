from django.urls import path

from apps.matching.api import views

urlpatterns = [
    path("skills-from-text/", views.SkillsFromText.as_view(), name="api-skills-from-text"),
    path("recommended-tasks/", views.RecommendedTasks.as_view(), name="api-recommended-tasks"),
    path(
        "tasks/<uuid:task_id>/recommended-freelancers/",
        views.RecommendedFreelancers.as_view(),
        name="api-recommended-freelancers",
    ),
    path("tasks/<uuid:task_id>/match/", views.OwnMatch.as_view(), name="api-own-match"),
]
