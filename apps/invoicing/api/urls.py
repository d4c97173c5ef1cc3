from django.urls import path

from apps.invoicing.api import views

urlpatterns = [
    path("documents/", views.Documents.as_view(), name="api-documents"),
    path("documents/<uuid:document_id>/", views.OneDocument.as_view(), name="api-document"),
    path("money/statements/", views.MonthlyStatement.as_view(), name="api-monthly-statement"),
]
