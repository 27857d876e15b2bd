from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from sessions_app.api import views

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api_schema"),
    path("sessions", views.SessionsView.as_view(), name="api_sessions"),
    path("sessions/<uuid:public_id>", views.SessionView.as_view(), name="api_session"),
    path("sessions/<uuid:public_id>/room", views.RoomView.as_view(), name="api_room"),
    path("sessions/<uuid:public_id>/presence", views.PresenceView.as_view(), name="api_presence"),
    path("sessions/<uuid:public_id>/stop", views.StopView.as_view(), name="api_stop"),
    path("sessions/<uuid:public_id>/lines", views.LinesView.as_view(), name="api_lines"),
    path("sessions/<uuid:public_id>/reports", views.ReportsView.as_view(), name="api_reports"),
    re_path("", views.NothingHereView.as_view()),
]
