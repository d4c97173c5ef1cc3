from django.urls import path

from apps.disputes import views

app_name = "disputes"
urlpatterns = [
    path("milestones/<uuid:milestone_id>/dispute/", views.open_dispute, name="open"),
    path("disputes/", views.dispute_list, name="list"),
    path("disputes/queue/", views.queue, name="queue"),
    path("disputes/<uuid:dispute_id>/", views.room, name="room"),
    path("disputes/<uuid:dispute_id>/say/", views.say, name="say"),
    path("disputes/<uuid:dispute_id>/propose/", views.propose, name="propose"),
    path("disputes/<uuid:dispute_id>/withdraw/", views.withdraw, name="withdraw"),
    path("disputes/<uuid:dispute_id>/decide/", views.decide, name="decide"),
    path("disputes/proposals/<uuid:proposal_id>/accept/", views.accept, name="accept"),
]
