from django.urls import path

from apps.skills import views

app_name = "skills"
urlpatterns = [
    path("skills/suggest/", views.suggest, name="suggest"),
    path("skills/attribution/", views.attribution, name="attribution"),
]
