from django.urls import path

from apps.assurance.api import views

urlpatterns = [
    path("transparency/", views.LiabilityReport.as_view(), name="api-liability-report"),
    path("transparency/proof/", views.Inclusion.as_view(), name="api-liability-proof"),
]
