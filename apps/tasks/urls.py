from django.urls import path

from apps.tasks.views import finding, posting, talking

app_name = "tasks"
urlpatterns = [
    path("", finding.task_list, name="list"),
    path("new/", posting.new, name="new"),
    path("new/save/", posting.autosave_new, name="autosave-new"),
    path("mine/", posting.mine, name="mine"),
    path("searches/", finding.saved_searches, name="searches"),
    path("searches/<uuid:search_id>/forget/", finding.forget_search, name="forget-search"),
    path("<uuid:task_id>/", finding.detail, name="detail"),
    path("<uuid:task_id>/edit/", posting.edit, name="edit"),
    path("<uuid:task_id>/save/", posting.autosave, name="autosave"),
    path("<uuid:task_id>/discard/", posting.discard, name="discard"),
    path("<uuid:task_id>/attachments/", posting.attach, name="attach"),
    path("<uuid:task_id>/addendum/", posting.addendum, name="addendum"),
    path("<uuid:task_id>/close/", posting.close, name="close"),
    path("<uuid:task_id>/cancel/", posting.cancel, name="cancel"),
    path("<uuid:task_id>/questions/", talking.ask, name="ask"),
    path("<uuid:task_id>/invite/", talking.invite, name="invite"),
    path("questions/<uuid:question_id>/answer/", talking.answer, name="answer"),
    path("invitations/<uuid:invitation_id>/decline/", talking.decline_invitation, name="decline-invitation"),
    path("attachments/<uuid:attachment_id>/", finding.attachment, name="attachment"),
    path("attachments/<uuid:attachment_id>/remove/", posting.remove_attachment, name="remove-attachment"),
]
