"""What pages may watch here. Topics carry public ids, since an address is signed, not secret."""

from accounts.models import ProviderKey, Workspace
from liveavatar_web import watch


def _workspace_version(public_id: str) -> int | None:
    rows = Workspace.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


def _provider_key_version(public_id: str) -> int | None:
    rows = ProviderKey.objects.filter(public_id=public_id)
    return rows.values_list("version", flat=True).first()


watch.register("workspace", _workspace_version)
watch.register("provider_key", _provider_key_version)
