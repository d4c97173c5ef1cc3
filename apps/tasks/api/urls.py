from django.urls import path

from apps.tasks.api import invitations, views

urlpatterns = [
    path("tasks/", views.Tasks.as_view(), name="api-tasks"),
    path("tasks/mine/", views.MyTasks.as_view(), name="api-my-tasks"),
    path("tasks/<uuid:task_id>/", views.OneTask.as_view(), name="api-task"),
    path("tasks/<uuid:task_id>/publish/", views.Publish.as_view(), name="api-task-publish"),
    path("tasks/<uuid:task_id>/copy/", views.Copy.as_view(), name="api-task-copy"),
    path("tasks/<uuid:task_id>/close/", views.Close.as_view(), name="api-task-close"),
    path("tasks/<uuid:task_id>/cancel/", views.Cancel.as_view(), name="api-task-cancel"),
    path("tasks/<uuid:task_id>/addenda/", views.Addenda.as_view(), name="api-task-addenda"),
    path("tasks/<uuid:task_id>/questions/", views.Questions.as_view(), name="api-task-questions"),
    path("tasks/<uuid:task_id>/invitations/", invitations.OfTask.as_view(), name="api-task-invitations"),
    path("tasks/<uuid:task_id>/attachments/", views.Attachments.as_view(), name="api-task-attachments"),
    path("task-attachments/<uuid:attachment_id>/", views.Attachment.as_view(), name="api-task-attachment"),
    path("questions/<uuid:question_id>/answer/", views.Answer.as_view(), name="api-question-answer"),
    path("invitations/", invitations.Received.as_view(), name="api-invitations-received"),
    path("invitations/<uuid:invitation_id>/decline/", views.DeclineInvitation.as_view(), name="api-invitation-decline"),
    path("saved-searches/", views.SavedSearches.as_view(), name="api-saved-searches"),
]
