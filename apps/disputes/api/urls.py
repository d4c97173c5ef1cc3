from django.urls import path

from apps.disputes.api import views

urlpatterns = [
    path("disputes/", views.Disputes.as_view(), name="api-disputes"),
    path("milestones/<uuid:milestone_id>/disputes/", views.MilestoneDisputes.as_view(), name="api-dispute-open"),
    path("disputes/<uuid:dispute_id>/", views.OneDispute.as_view(), name="api-dispute"),
    path("disputes/<uuid:dispute_id>/outcome/", views.Outcome.as_view(), name="api-dispute-outcome"),
    path("disputes/<uuid:dispute_id>/statements/", views.Statements.as_view(), name="api-dispute-say"),
    path("disputes/<uuid:dispute_id>/proposals/", views.Proposals.as_view(), name="api-dispute-propose"),
    path("disputes/<uuid:dispute_id>/withdraw/", views.Withdraw.as_view(), name="api-dispute-withdraw"),
    path("disputes/<uuid:dispute_id>/decide/", views.Decide.as_view(), name="api-dispute-decide"),
    path("disputes/proposals/<uuid:proposal_id>/accept/", views.Accept.as_view(), name="api-dispute-accept"),
]
