from django.urls import path

from apps.tasks.views import finding, posting, talking

app_name = "tasks"
urlpatterns = [
    path("tasks/", finding.task_list, name="list"),
    path("tasks/new/", posting.new, name="new"),
    path("tasks/new/save/", posting.autosave_new, name="autosave-new"),
    path("tasks/mine/", posting.mine, name="mine"),
    path("tasks/searches/", finding.saved_searches, name="searches"),
    path("tasks/searches/<uuid:search_id>/forget/", finding.forget_search, name="forget-search"),
    path("tasks/<uuid:task_id>/", finding.detail, name="detail"),
    path("tasks/<uuid:task_id>/edit/", posting.edit, name="edit"),
    path("tasks/<uuid:task_id>/save/", posting.autosave, name="autosave"),
    path("tasks/<uuid:task_id>/discard/", posting.discard, name="discard"),
    path("tasks/<uuid:task_id>/attachments/", posting.attach, name="attach"),
    path("tasks/<uuid:task_id>/addendum/", posting.addendum, name="addendum"),
    path("tasks/<uuid:task_id>/close/", posting.close, name="close"),
    path("tasks/<uuid:task_id>/cancel/", posting.cancel, name="cancel"),
    path("tasks/<uuid:task_id>/questions/", talking.ask, name="ask"),
    path("tasks/<uuid:task_id>/invite/", talking.invite, name="invite"),
    path("tasks/questions/<uuid:question_id>/answer/", talking.answer, name="answer"),
    path("tasks/invitations/<uuid:invitation_id>/decline/", talking.decline_invitation, name="decline-invitation"),
    path("tasks/attachments/<uuid:attachment_id>/", finding.attachment, name="attachment"),
    path("tasks/attachments/<uuid:attachment_id>/remove/", posting.remove_attachment, name="remove-attachment"),
]
