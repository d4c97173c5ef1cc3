from django.urls import path

from apps.skills.api import views

urlpatterns = [
    path("skills/", views.Skills.as_view(), name="api-skills"),
    path("categories/", views.Categories.as_view(), name="api-categories"),
]
