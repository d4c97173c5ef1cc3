from django.urls import path

from apps.frameworks.api import views

urlpatterns = [
    path("frameworks/", views.Frameworks.as_view(), name="api-frameworks"),
    path("frameworks/<uuid:framework_id>/", views.OneFramework.as_view(), name="api-framework"),
    path("frameworks/<uuid:framework_id>/counter/", views.Counter.as_view(), name="api-framework-counter"),
    path("frameworks/<uuid:framework_id>/accept/", views.Accept.as_view(), name="api-framework-accept"),
    path("frameworks/<uuid:framework_id>/decline/", views.Decline.as_view(), name="api-framework-decline"),
    path("frameworks/<uuid:framework_id>/withdraw/", views.Withdraw.as_view(), name="api-framework-withdraw"),
    path("frameworks/<uuid:framework_id>/end/", views.End.as_view(), name="api-framework-end"),
]
