from django.urls import path

from apps.escrow import views

app_name = "escrow"
urlpatterns = [
    path("money/claims/<uuid:claim_id>/dismiss/", views.dismiss_warning, name="dismiss_warning"),
    path("money/held/", views.held, name="held"),
    path("money/held/<uuid:escrow_id>/", views.escrow, name="escrow"),
    path("money/releases/<uuid:release_id>/", views.release, name="release"),
    path("money/releases/<uuid:release_id>/goodwill/", views.goodwill, name="goodwill"),
    path("money/chargebacks/<uuid:chargeback_id>/recover/", views.recover, name="recover"),
    path("money/recoveries/<uuid:recovery_id>/", views.recovery, name="recovery"),
]
