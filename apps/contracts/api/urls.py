from django.urls import path

from apps.contracts.api import views

urlpatterns = [
    path("contracts/", views.Contracts.as_view(), name="api-contracts"),
    path("contracts/<uuid:contract_id>/", views.OneContract.as_view(), name="api-contract"),
    path("contracts/<uuid:contract_id>/accept/", views.Accept.as_view(), name="api-contract-accept"),
    path("contracts/<uuid:contract_id>/decline/", views.Decline.as_view(), name="api-contract-decline"),
    path("contracts/<uuid:contract_id>/take-back/", views.TakeBack.as_view(), name="api-contract-take-back"),
    path("contracts/<uuid:contract_id>/timeline/", views.Timeline.as_view(), name="api-contract-timeline"),
    path("contracts/<uuid:contract_id>/stop-proposals/", views.Proposals.as_view(), name="api-contract-stop"),
    path("stop-proposals/<uuid:proposal_id>/accept/", views.AcceptProposal.as_view(), name="api-stop-accept"),
    path("stop-proposals/<uuid:proposal_id>/decline/", views.DeclineProposal.as_view(), name="api-stop-decline"),
    path("stop-proposals/<uuid:proposal_id>/withdraw/", views.WithdrawProposal.as_view(), name="api-stop-withdraw"),
    path(
        "milestones/<uuid:milestone_id>/payment-methods/",
        views.PaymentMethods.as_view(),
        name="api-milestone-payment-methods",
    ),
    path("milestones/<uuid:milestone_id>/fund/", views.Fund.as_view(), name="api-milestone-fund"),
    path("milestones/<uuid:milestone_id>/approval/", views.AskApproval.as_view(), name="api-milestone-ask-approval"),
    path("milestones/<uuid:milestone_id>/deliver/", views.Deliver.as_view(), name="api-milestone-deliver"),
    path("milestones/<uuid:milestone_id>/revision/", views.RequestRevision.as_view(), name="api-milestone-revision"),
    path("milestones/<uuid:milestone_id>/approve/", views.Approve.as_view(), name="api-milestone-approve"),
]
