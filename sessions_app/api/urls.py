from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from sessions_app.api import embed, takeovers, views

_session = "embed/v1/sessions/<uuid:public_id>"

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api_schema"),
    path("sessions", views.SessionsView.as_view(), name="api_sessions"),
    path("sessions/<uuid:public_id>", views.SessionView.as_view(), name="api_session"),
    path("sessions/<uuid:public_id>/room", views.RoomView.as_view(), name="api_room"),
    path("sessions/<uuid:public_id>/presence", views.PresenceView.as_view(), name="api_presence"),
    path("sessions/<uuid:public_id>/stop", views.StopView.as_view(), name="api_stop"),
    path("sessions/<uuid:public_id>/extend", views.ExtendView.as_view(), name="api_extend"),
    path(
        "sessions/<uuid:public_id>/successor",
        takeovers.SuccessorView.as_view(),
        name="api_successor",
    ),
    path(
        "sessions/<uuid:public_id>/continued",
        takeovers.ContinuedView.as_view(),
        name="api_continued",
    ),
    path("sessions/<uuid:public_id>/lines", views.LinesView.as_view(), name="api_lines"),
    path("sessions/<uuid:public_id>/reports", views.ReportsView.as_view(), name="api_reports"),
    path("sessions/<uuid:public_id>/timeline", views.TimelineView.as_view(), name="api_timeline"),
    path("embed/v1/tickets", embed.TicketsView.as_view(), name="embed_tickets"),
    path("embed/v1/sessions", embed.StartView.as_view(), name="embed_sessions"),
    path("embed/v1/resume", embed.ResumeView.as_view(), name="embed_resume"),
    path(_session, embed.SessionView.as_view(), name="embed_session"),
    path(f"{_session}/room", embed.RoomView.as_view(), name="embed_room"),
    path(f"{_session}/presence", embed.PresenceView.as_view(), name="embed_presence"),
    path(f"{_session}/stop", embed.StopView.as_view(), name="embed_stop"),
    path(f"{_session}/lines", embed.LinesView.as_view(), name="embed_lines"),
    path(f"{_session}/reports", embed.ReportsView.as_view(), name="embed_reports"),
    path(f"{_session}/timeline", embed.TimelineView.as_view(), name="embed_timeline"),
    path(f"{_session}/feedback", embed.FeedbackView.as_view(), name="embed_feedback"),
    re_path("", views.NothingHereView.as_view(), name="api_nothing"),
]
