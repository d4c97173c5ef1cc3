from django.urls import path

from apps.escrow import views

app_name = "escrow"
urlpatterns = [
    path("claims/<uuid:claim_id>/dismiss/", views.dismiss_warning, name="dismiss_warning"),
    path("held/", views.held, name="held"),
    path("held/<uuid:escrow_id>/", views.escrow, name="escrow"),
    path("releases/<uuid:release_id>/", views.release, name="release"),
    path("releases/<uuid:release_id>/goodwill/", views.goodwill, name="goodwill"),
    path("chargebacks/<uuid:chargeback_id>/recover/", views.recover, name="recover"),
    path("recoveries/<uuid:recovery_id>/", views.recovery, name="recovery"),
]
