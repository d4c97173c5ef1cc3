from django.urls import path

from apps.legal.api import views

urlpatterns = [path("legal/", views.LegalTexts.as_view(), name="api-legal")]
