from django.urls import path

from apps.messaging import views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="list"),
    path("messages/blocked/", views.blocked, name="blocked"),
    path("messages/blocked/<uuid:block_id>/remove/", views.unblock, name="unblock"),
    path("messages/phrases/", views.phrases, name="phrases"),
    path("messages/phrases/<uuid:phrase_id>/remove/", views.remove_phrase, name="remove-phrase"),
    path("messages/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("messages/<uuid:conversation_id>/news/", views.news, name="news"),
    path("messages/<uuid:conversation_id>/archive/", views.archive, name="archive"),
    path("messages/<uuid:conversation_id>/block/", views.block, name="block"),
    path("messages/files/<uuid:file_id>/", views.file, name="file"),
    path("tasks/<uuid:task_id>/message/", views.about_task, name="about-task"),
    path("people/<slug:handle>/message/", views.enquire, name="enquire"),
    path("contracts/<uuid:contract_id>/messages/", views.thread, name="thread"),
    path("contracts/<uuid:contract_id>/messages/send/", views.send, name="send"),
    path("contracts/<uuid:contract_id>/messages/read/", views.read, name="read"),
]
