from django.urls import path

from apps.saved.api import views

urlpatterns = [
    path("saved/people/", views.SavedPeople.as_view(), name="api-saved-people"),
    path("saved/people/<uuid:organization_id>/", views.OnePerson.as_view(), name="api-saved-person"),
    path("saved/tasks/", views.SavedTasks.as_view(), name="api-saved-tasks"),
    path("saved/tasks/<uuid:task_id>/", views.OneTask.as_view(), name="api-saved-task"),
]
