from django.urls import path

from apps.escrow.api import views

urlpatterns = [
    path("escrows/", views.Escrows.as_view(), name="api-escrows"),
    path("escrows/<uuid:escrow_id>/", views.OneEscrow.as_view(), name="api-escrow"),
    path("releases/<uuid:release_id>/goodwill/", views.Goodwills.as_view(), name="api-goodwill"),
    path("chargebacks/<uuid:chargeback_id>/recovery/", views.DecideRecovery.as_view(), name="api-recovery-decide"),
    path("recoveries/", views.Recoveries.as_view(), name="api-recoveries"),
    path("recoveries/<uuid:recovery_id>/", views.OneRecovery.as_view(), name="api-recovery"),
    path("recoveries/<uuid:recovery_id>/appeal/", views.AppealRecovery.as_view(), name="api-recovery-appeal"),
    path("recoveries/<uuid:recovery_id>/answer/", views.AnswerAppeal.as_view(), name="api-recovery-answer"),
]
