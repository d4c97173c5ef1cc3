from django.urls import path

from apps.skills import views

app_name = "skills"
urlpatterns = [
    path("suggest/", views.suggest, name="suggest"),
    path("attribution/", views.attribution, name="attribution"),
]
