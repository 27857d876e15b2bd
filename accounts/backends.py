"""How a password is checked: with the same work for every address, so that it tells nothing."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress

from accounts.models import User


class EvenBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which asks a second time where nobody has confirmed the address, and not else.

    `tests/accounts/test_timing.py` counts the work.
    """

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
