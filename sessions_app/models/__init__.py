from sessions_app.models.avatar import Avatar
from sessions_app.models.avatar_session import AvatarSession
from sessions_app.models.cloud_account import CloudAccount
from sessions_app.models.cloud_session import CloudSession
from sessions_app.models.context import Context, ContextVersion
from sessions_app.models.daily_usage import DailyUsage
from sessions_app.models.meter import Meter
from sessions_app.models.reconciliation import CloudStranger, Reconciliation
from sessions_app.models.saved_filter import SavedFilter
from sessions_app.models.session_event import SessionEvent
from sessions_app.models.start_day import StartDay
from sessions_app.models.stop_order import StopOrder
from sessions_app.models.visit import Visit
from sessions_app.models.widget import Widget, WidgetTally

__all__ = [
    "Avatar",
    "AvatarSession",
    "CloudAccount",
    "CloudSession",
    "CloudStranger",
    "Context",
    "ContextVersion",
    "DailyUsage",
    "Meter",
    "Reconciliation",
    "SavedFilter",
    "SessionEvent",
    "StartDay",
    "StopOrder",
    "Visit",
    "Widget",
    "WidgetTally",
]
