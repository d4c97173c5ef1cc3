from django.urls import path

from apps.matching import views

app_name = "matching"
urlpatterns = [
    path("matching/", views.how, name="how"),
    path("matching/skills-from-text/", views.skills_from_text, name="skills_from_text"),
    path("matching/weights/", views.weights, name="weights"),
    path("matching/gaps/", views.gaps, name="gaps"),
    path("matching/rates/", views.rates, name="rates"),
    path("recommended/", views.recommended_tasks, name="tasks"),
    path("tasks/<uuid:task_id>/recommended/", views.recommended_freelancers, name="freelancers"),
    path("tasks/<uuid:task_id>/match/<uuid:organization_id>/", views.why, name="why"),
]
