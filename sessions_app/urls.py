from django.urls import path

from sessions_app.views import (
    avatars,
    contexts,
    dashboard,
    departures,
    embed,
    personal_data,
    room,
    saved_filters,
    session_lists,
    sessions,
    transcripts,
    widget_editor,
    widgets,
)
from sessions_app.views.staff import overview, people, workspaces

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("contexts/", contexts.contexts, name="contexts"),
    path("contexts/new", contexts.context_new, name="context_new"),
    path("contexts/<uuid:public_id>/", contexts.context_edit, name="context_edit"),
    path("contexts/<uuid:public_id>/delete", contexts.context_delete, name="context_delete"),
    path(
        "contexts/<uuid:public_id>/versions/<int:number>",
        contexts.context_version,
        name="context_version",
    ),
    path(
        "contexts/<uuid:public_id>/versions/<int:number>/restore",
        contexts.context_restore,
        name="context_restore",
    ),
    path("avatars/", avatars.avatars, name="avatars"),
    path("avatars/sync", avatars.avatars_sync, name="avatars_sync"),
    path("avatars/<uuid:public_id>/", avatars.avatar, name="avatar"),
    path("sessions/", session_lists.sessions, name="sessions"),
    path("sessions/filters/new", saved_filters.filter_save, name="filter_save"),
    path(
        "sessions/filters/<uuid:public_id>/rename",
        saved_filters.filter_rename,
        name="filter_rename",
    ),
    path(
        "sessions/filters/<uuid:public_id>/delete",
        saved_filters.filter_delete,
        name="filter_delete",
    ),
    path("sessions/new", sessions.session_new, name="session_new"),
    path("sessions/<uuid:public_id>/", sessions.session, name="session"),
    path("sessions/<uuid:public_id>/room", room.session_room, name="session_room"),
    path("sessions/<uuid:public_id>/stop", sessions.session_stop, name="session_stop"),
    path(
        "sessions/<uuid:public_id>/transcript.<str:kind>",
        transcripts.transcript_file,
        name="transcript_file",
    ),
    path(
        "sessions/<uuid:public_id>/transcript/delete",
        transcripts.transcript_delete,
        name="transcript_delete",
    ),
    path("sessions/<uuid:public_id>/again", sessions.session_again, name="session_again"),
    path(
        "workspace/members/<uuid:public_id>/remove", departures.member_remove, name="member_remove"
    ),
    path("widgets/", widgets.widgets, name="widgets"),
    path("widgets/new", widget_editor.widget_new, name="widget_new"),
    path("widgets/preview", widget_editor.widget_preview, name="widget_preview"),
    path("widgets/<uuid:public_id>/", widgets.widget, name="widget"),
    path("widgets/<uuid:public_id>/edit", widget_editor.widget_edit, name="widget_edit"),
    path("widgets/<uuid:public_id>/on", widgets.widget_on, name="widget_on"),
    path("widgets/<uuid:public_id>/off", widgets.widget_off, name="widget_off"),
    path("widgets/<uuid:public_id>/release", widgets.widget_release, name="widget_release"),
    path("widgets/<uuid:public_id>/duplicate", widgets.widget_duplicate, name="widget_duplicate"),
    path("widgets/<uuid:public_id>/delete", widgets.widget_delete, name="widget_delete"),
    path("you/data", personal_data.your_data, name="your_data"),
    path("you/data.jsonl", personal_data.your_data_file, name="your_data_file"),
    path("you/data/erase", personal_data.your_data_erase, name="your_data_erase"),
    path("staff/", overview.overview, name="staff"),
    path("staff/strangers/", overview.strangers, name="staff_strangers"),
    path("staff/workspaces/", workspaces.workspaces, name="staff_workspaces"),
    path("staff/workspaces/<uuid:public_id>/", workspaces.workspace, name="staff_workspace"),
    path(
        "staff/workspaces/<uuid:public_id>/suspend",
        workspaces.workspace_suspend,
        name="staff_workspace_suspend",
    ),
    path(
        "staff/workspaces/<uuid:public_id>/lift",
        workspaces.workspace_lift,
        name="staff_workspace_lift",
    ),
    path("staff/people/", people.people, name="staff_people"),
    path("staff/people/<uuid:public_id>/", people.person, name="staff_person"),
    path(
        "staff/people/<uuid:public_id>/suspend", people.person_suspend, name="staff_person_suspend"
    ),
    path(
        "staff/people/<uuid:public_id>/reinstate",
        people.person_reinstate,
        name="staff_person_reinstate",
    ),
    path("embed/v1/<uuid:public_id>.js", embed.embed_loader, name="embed_loader"),
    path("embed/v1/<uuid:public_id>", embed.embed_frame, name="embed_frame"),
    path("embed/preview/<str:signed>", embed.embed_preview, name="embed_preview"),
]
