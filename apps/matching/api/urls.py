from django.urls import path

from apps.matching.api import views

urlpatterns = [
    path("skills-from-text/", views.SkillsFromText.as_view(), name="api-skills-from-text"),
    path("recommended-tasks/", views.RecommendedTasks.as_view(), name="api-recommended-tasks"),
    path("recommended-tasks/export/", views.MatchExport.as_view(), name="api-match-export"),
    path(
        "tasks/<uuid:task_id>/recommended-freelancers/",
        views.RecommendedFreelancers.as_view(),
        name="api-recommended-freelancers",
    ),
    path("tasks/<uuid:task_id>/not-for-me/", views.NotForMe.as_view(), name="api-not-for-me"),
    path(
        "tasks/<uuid:task_id>/recommended-freelancers/<uuid:organization_id>/not-suited/",
        views.NotSuited.as_view(),
        name="api-not-suited",
    ),
    path("skill-completions/", views.SkillCompletions.as_view(), name="api-skill-completions"),
    path("matching/learned/", views.LearnedOrders.as_view(), name="api-learned-orders"),
    path("matching/fairness/", views.FairnessReports.as_view(), name="api-fairness"),
    path("tasks/<uuid:task_id>/match/", views.OwnMatch.as_view(), name="api-own-match"),
]
