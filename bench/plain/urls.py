from django.urls import path

from bench.plain import views

urlpatterns = [
    path("tasks/", views.TaskList.as_view(), name="tasks"),
    path("tasks/<int:pk>/", views.TaskDetail.as_view(), name="task"),
    path("api/tasks/", views.TaskApiList.as_view()),
    path("api/tasks/<int:pk>/", views.TaskApiDetail.as_view()),
]
