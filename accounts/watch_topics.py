"""What pages may watch here. Topics carry public ids, since an address is signed, not secret."""

from collections.abc import Callable
from typing import Any

from accounts.models import ProviderKey, User, Workspace
from accounts.services import changes
from liveavatar_web import watch


def _workspace_version(public_id: str) -> int | None:
    rows = Workspace.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


def _provider_key_version(public_id: str) -> int | None:
    rows = ProviderKey.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


def _installation_version(_: str) -> int:
    return changes.version_of_all()


def _is_staff(viewer: str, _: str) -> bool:
    return User.objects.filter(public_id=viewer, is_active=True, is_staff=True).exists()


def sees(visible_to: Callable[[User], Any]) -> watch.Guard:
    """Whether the viewer may see what is watched, as of now."""

    def guard(viewer: str, public_id: str) -> bool:
        user = User.objects.filter(public_id=viewer, is_active=True).first()
        return user is not None and bool(visible_to(user).filter(public_id=public_id).exists())

    return guard


watch.register("workspace", _workspace_version, sees(Workspace.objects.visible_to))
watch.register("provider_key", _provider_key_version, sees(ProviderKey.objects.visible_to))
watch.register(changes.INSTALLATION[0], _installation_version, _is_staff)
