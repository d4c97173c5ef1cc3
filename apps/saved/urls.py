from django.urls import path

from apps.saved import views

app_name = "saved"
urlpatterns = [
    path("saved/people/", views.people, name="people"),
    path("saved/people/<slug:handle>/", views.save_person, name="save-person"),
    path("saved/people/<slug:handle>/forget/", views.forget_person, name="forget-person"),
    path("saved/people/<slug:handle>/note/", views.describe_person, name="describe-person"),
    path("saved/tasks/", views.tasks, name="tasks"),
    path("saved/tasks/<uuid:task_id>/", views.save_task, name="save-task"),
    path("saved/tasks/<uuid:task_id>/forget/", views.forget_task, name="forget-task"),
    path("saved/tasks/<uuid:task_id>/note/", views.describe_task, name="describe-task"),
]
