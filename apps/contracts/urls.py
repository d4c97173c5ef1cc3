from django.urls import path

from apps.contracts.views import cancellations, deliveries, lists, offers, payments, rooms

app_name = "contracts"
urlpatterns = [
    path("contracts/", lists.contract_list, name="list"),
    path("bids/<uuid:bid_id>/award/", offers.award, name="award"),
    path("contracts/<uuid:contract_id>/", rooms.room, name="room"),
    path("contracts/<uuid:contract_id>/terms/", offers.terms, name="terms"),
    path("contracts/<uuid:contract_id>/accept/", offers.accept, name="accept"),
    path("contracts/<uuid:contract_id>/decline/", offers.decline, name="decline"),
    path("contracts/<uuid:contract_id>/take-back/", offers.take_back, name="take-back"),
    path("contracts/<uuid:contract_id>/stop/", cancellations.propose_cancellation, name="stop"),
    path("contracts/stop/<uuid:proposal_id>/<slug:verb>/", cancellations.answer_cancellation, name="answer-stop"),
    path("milestones/<uuid:milestone_id>/fund/", payments.fund, name="fund"),
    path("milestones/<uuid:milestone_id>/paid/", payments.back_from_checkout, name="paid"),
    path("milestones/<uuid:milestone_id>/deliver/", deliveries.deliver, name="deliver"),
    path("milestones/<uuid:milestone_id>/revision/", deliveries.request_revision, name="revision"),
    path("milestones/<uuid:milestone_id>/approve/", deliveries.approve, name="approve"),
    path("contracts/files/<uuid:file_id>/", rooms.file, name="file"),
]
