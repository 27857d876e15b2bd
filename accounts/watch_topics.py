"""What pages may watch here. Topics carry public ids, since an address is signed, not secret."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from accounts.models import ProviderKey, User, Workspace
from accounts.services import changes
from liveavatar_web import watch
from liveavatar_web.compiled import Compiled

_ACTIVE: Final = Compiled(
    lambda viewer: User.objects.filter(public_id=viewer, is_active=True).values_list(
        "pk", flat=True
    ),
    viewer=UUID,
)


def _workspace_version(public_id: str) -> int | None:
    rows = Workspace.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


def _provider_key_version(public_id: str) -> int | None:
    rows = ProviderKey.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


def _installation_version(_: str) -> int:
    return changes.version_of_all()


def _installation_for(viewer: str, _: str) -> int | None:
    staff = User.objects.filter(public_id=viewer, is_active=True, is_staff=True)
    return changes.version_of_all() if staff.exists() else None


def as_seen_by(visible_to: Callable[[User], Any]) -> watch.ViewersReader:
    """Reads the version if the viewer may see what is watched, as of now."""
    versions: Compiled[Any] = Compiled(
        lambda user, topic: (
            visible_to(User(pk=user)).filter(public_id=topic).values_list("version", flat=True)
        ),
        user=int,
        topic=UUID,
    )

    def read(viewer: str, public_id: str) -> int | None:
        user = _ACTIVE.first(viewer=UUID(viewer))
        if user is None:
            return None
        version: int | None = versions.first(user=user, topic=UUID(public_id))
        return version

    return read


watch.register("workspace", _workspace_version, as_seen_by(Workspace.objects.visible_to))
watch.register("provider_key", _provider_key_version, as_seen_by(ProviderKey.objects.visible_to))
watch.register(changes.INSTALLATION[0], _installation_version, _installation_for)
