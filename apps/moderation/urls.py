from django.urls import path

from apps.moderation import views

app_name = "moderation"
urlpatterns = [
    path("report/<slug:subject_type>/<uuid:subject_id>/", views.report, name="report"),
    path("moderation/", views.queue, name="queue"),
    path("moderation/audit/", views.audit, name="audit"),
    path("moderation/objections/", views.objections, name="objections"),
    path("moderation/objections/<uuid:objection_id>/answer/", views.answer_objection, name="answer_objection"),
    path("moderation/<uuid:report_id>/decide/", views.decide, name="decide"),
    path("statements/", views.statements, name="statements"),
    path("statements/<uuid:statement_id>/", views.statement, name="statement"),
]
