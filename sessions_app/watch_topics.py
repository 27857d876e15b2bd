"""How the versions of our topics are read (see `liveavatar_web.watch`)."""

from collections.abc import Callable

from accounts.models import DueWork
from accounts.watch_topics import as_seen_by
from liveavatar_web import watch
from sessions_app.models import AvatarSession, CloudAccount, Context, StopOrder


def _version_of(model: type[DueWork], field: str) -> Callable[[str], int | None]:
    def read(identifier: str) -> int | None:
        rows = model._default_manager.filter(**{field: identifier})
        return rows.values_list("version", flat=True).first()

    return read


watch.register(
    "session", _version_of(AvatarSession, "public_id"), as_seen_by(AvatarSession.objects.visible_to)
)
watch.register("context", _version_of(Context, "public_id"), as_seen_by(Context.objects.visible_to))
watch.register("cloud", _version_of(CloudAccount, "pk"))
watch.register(
    "stop_order", _version_of(StopOrder, "public_id"), as_seen_by(StopOrder.objects.watched_by)
)
