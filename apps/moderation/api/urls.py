from django.urls import path

from apps.moderation.api import views

urlpatterns = [
    path("reports/", views.Reports.as_view(), name="api-reports"),
    path("moderation/reports/", views.Queue.as_view(), name="api-moderation-queue"),
    path("moderation/reports/<uuid:report_id>/decision/", views.Decide.as_view(), name="api-moderation-decide"),
    path("statements/<uuid:statement_id>/objection/", views.ObjectTo.as_view(), name="api-statement-object"),
    path("statements/", views.Statements.as_view(), name="api-statements"),
]
