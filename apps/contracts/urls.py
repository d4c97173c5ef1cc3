from django.urls import path

from apps.contracts.views import bonuses, cancellations, changes, deliveries, lists, notices, offers, payments, rooms

app_name = "contracts"
urlpatterns = [
    path("contracts/", lists.contract_list, name="list"),
    path("bids/<uuid:bid_id>/award/", offers.award, name="award"),
    path("contracts/<uuid:contract_id>/", rooms.room, name="room"),
    path("contracts/<uuid:contract_id>/hire-again/", offers.hire_again, name="hire-again"),
    path("contracts/<uuid:contract_id>/terms/", offers.terms, name="terms"),
    path("contracts/<uuid:contract_id>/contract.pdf", offers.document, name="document"),
    path("contracts/<uuid:contract_id>/accept/", offers.accept, name="accept"),
    path("contracts/<uuid:contract_id>/decline/", offers.decline, name="decline"),
    path("contracts/<uuid:contract_id>/take-back/", offers.take_back, name="take-back"),
    path("contracts/<uuid:contract_id>/offer-again/", offers.offer_again, name="offer-again"),
    path("contracts/<uuid:contract_id>/stop/", cancellations.propose_cancellation, name="stop"),
    path("contracts/stop/<uuid:proposal_id>/<slug:verb>/", cancellations.answer_cancellation, name="answer-stop"),
    path("contracts/<uuid:contract_id>/change/", changes.propose, name="propose-change"),
    path("contracts/changes/<uuid:change_id>/", changes.change, name="change"),
    path("contracts/changes/<uuid:change_id>/counter/", changes.counter, name="counter-change"),
    path("contracts/changes/<uuid:change_id>/<slug:verb>/", changes.answer, name="answer-change"),
    path("contracts/<uuid:contract_id>/bonus/", bonuses.give, name="give-bonus"),
    path("contracts/bonuses/<uuid:bonus_id>/", bonuses.pay, name="pay-bonus"),
    path("contracts/bonuses/<uuid:bonus_id>/cancel/", bonuses.cancel, name="cancel-bonus"),
    path("milestones/<uuid:milestone_id>/notice/", notices.give, name="give-notice"),
    path("contracts/notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path("contracts/notices/<uuid:notice_id>/<slug:verb>/", notices.end, name="end-notice"),
    path("staff/late-appeals/", notices.appeals, name="appeals"),
    path("milestones/<uuid:milestone_id>/extend/", changes.extend, name="extend"),
    path("milestones/<uuid:milestone_id>/fund/", payments.fund, name="fund"),
    path("milestones/<uuid:milestone_id>/paid/", payments.back_from_checkout, name="paid"),
    path("milestones/<uuid:milestone_id>/deliver/", deliveries.deliver, name="deliver"),
    path("milestones/<uuid:milestone_id>/revision/", deliveries.request_revision, name="revision"),
    path("milestones/<uuid:milestone_id>/approve/", deliveries.approve, name="approve"),
    path("contracts/files/<uuid:file_id>/", rooms.file, name="file"),
]
