"""How a password is checked: with the same work for every address, so that it tells nothing."""

from typing import Final

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress

from accounts.models import User
from liveavatar_web.compiled import Compiled

_BY_PK: Final = Compiled(lambda pk: User.objects.filter(pk=pk), pk=int)


class EvenBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which asks a second time where nobody has confirmed the address, and not else.

    `tests/accounts/test_timing.py` counts the work.
    """

    def get_user(self, user_id: int) -> User | None:
        user = _BY_PK.first(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        wanted = email.lower()
        addresses = EmailAddress.objects.filter(email=wanted).select_related("user")
        confirmed, typed_in = None, None
        for address in addresses.order_by("pk"):
            if address.verified:
                confirmed = confirmed or address.user
            typed_in = typed_in or address.user
        of_account = User.objects.filter(email=wanted).first()
        # One at the most, since each would be a hashing more.
        return self._check_password(confirmed or of_account or typed_in, password)  # type: ignore[no-any-return]  # as above
