from django.urls import path

from apps.dashboard.api import views

urlpatterns = [path("deadlines/", views.Deadlines.as_view(), name="api-deadlines")]
