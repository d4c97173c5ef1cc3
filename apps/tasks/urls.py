from django.urls import path

from apps.tasks.views import briefs, invitations, questions, search, templates

app_name = "tasks"
urlpatterns = [
    path("", search.task_list, name="list"),
    path("new/", briefs.new, name="new"),
    path("new/save/", briefs.autosave_new, name="autosave-new"),
    path("mine/", briefs.mine, name="mine"),
    path("templates/", templates.template_list, name="templates"),
    path("templates/<uuid:template_id>/remove/", templates.remove, name="remove-template"),
    path("<uuid:task_id>/template/", templates.save, name="save-template"),
    path("searches/", search.search_list, name="searches"),
    path("searches/<uuid:search_id>/", search.open_search, name="open-search"),
    path("searches/<uuid:search_id>/alerts/", search.set_search_pace, name="search-pace"),
    path("searches/<uuid:search_id>/forget/", search.forget_search, name="forget-search"),
    path("<uuid:task_id>/", search.detail, name="detail"),
    path("<uuid:task_id>/edit/", briefs.edit, name="edit"),
    path("<uuid:task_id>/copy/", briefs.copy, name="copy"),
    path("<uuid:task_id>/save/", briefs.autosave, name="autosave"),
    path("<uuid:task_id>/discard/", briefs.discard, name="discard"),
    path("<uuid:task_id>/attachments/", briefs.attach, name="attach"),
    path("<uuid:task_id>/addendum/", briefs.addendum, name="addendum"),
    path("<uuid:task_id>/close/", briefs.close, name="close"),
    path("<uuid:task_id>/cancel/", briefs.cancel, name="cancel"),
    path("<uuid:task_id>/questions/", questions.ask, name="ask"),
    path("<uuid:task_id>/invite/", invitations.invite, name="invite"),
    path("<uuid:task_id>/invitations/", invitations.sent, name="invited"),
    path("invite/<slug:handle>/", invitations.invite_person, name="invite-person"),
    path("invitations/", invitations.received, name="invitations"),
    path("invitations/<uuid:invitation_id>/take-back/", invitations.take_back, name="take-back-invitation"),
    path("questions/<uuid:question_id>/answer/", questions.answer, name="answer"),
    path("invitations/<uuid:invitation_id>/decline/", invitations.decline, name="decline-invitation"),
    path("attachments/<uuid:attachment_id>/", search.attachment, name="attachment"),
    path("attachments/<uuid:attachment_id>/remove/", briefs.remove_attachment, name="remove-attachment"),
]
