"""How a browser's session is written into its row: with what is secret in it sealed."""

from typing import Any

from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.core.signing import JSONSerializer

from accounts.services import second_steps
from liveavatar_web.vault import CannotOpen


class SealingSerializer(JSONSerializer):
    """The secret of an authenticator app waits there, in clear text, until it is activated."""

    def dumps(self, obj: dict[str, Any]) -> bytes:
        if secret := obj.get(SECRET_SESSION_KEY):
            obj = {**obj, SECRET_SESSION_KEY: second_steps.seal(secret)}
        return super().dumps(obj)

    def loads(self, data: bytes) -> dict[str, Any]:
        obj: dict[str, Any] = super().loads(data)
        if sealed := obj.get(SECRET_SESSION_KEY):
            try:
                obj[SECRET_SESSION_KEY] = second_steps.unseal(sealed)
            except CannotOpen:
                # Its key is gone, or it is of before this: the page offers another secret.
                del obj[SECRET_SESSION_KEY]
        return obj
