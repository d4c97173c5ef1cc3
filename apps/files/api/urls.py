from django.urls import path

from apps.files.api import views

urlpatterns = [path("files/", views.Files.as_view(), name="api-files")]
