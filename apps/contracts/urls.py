from django.urls import path

from apps.contracts import views

app_name = "contracts"
urlpatterns = [
    path("contracts/", views.contract_list, name="list"),
    path("bids/<uuid:bid_id>/award/", views.award, name="award"),
    path("contracts/<uuid:contract_id>/", views.room, name="room"),
    path("contracts/<uuid:contract_id>/terms/", views.terms, name="terms"),
    path("contracts/<uuid:contract_id>/accept/", views.accept, name="accept"),
    path("contracts/<uuid:contract_id>/decline/", views.decline, name="decline"),
    path("contracts/<uuid:contract_id>/take-back/", views.take_back, name="take-back"),
    path("contracts/<uuid:contract_id>/stop/", views.propose_cancellation, name="stop"),
    path("contracts/stop/<uuid:proposal_id>/<slug:verb>/", views.answer_cancellation, name="answer-stop"),
    path("milestones/<uuid:milestone_id>/fund/", views.fund, name="fund"),
    path("milestones/<uuid:milestone_id>/paid/", views.back_from_checkout, name="paid"),
    path("milestones/<uuid:milestone_id>/deliver/", views.deliver, name="deliver"),
    path("milestones/<uuid:milestone_id>/revision/", views.request_revision, name="revision"),
    path("milestones/<uuid:milestone_id>/approve/", views.approve, name="approve"),
    path("contracts/files/<uuid:file_id>/", views.file, name="file"),
]
