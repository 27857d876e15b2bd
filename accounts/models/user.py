import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


def ids_in(text: str) -> list[uuid.UUID]:
    """The public id that a search says in full, if it does."""
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


class UserManager(BaseUserManager["User"]):
    def known_as(self, text: str) -> models.QuerySet["User"]:
        """By a piece of the name or of the e-mail address, or by the whole id."""
        wanted = Q(name__icontains=text) | Q(email__icontains=text)
        return self.filter(wanted | Q(public_id__in=ids_in(text)))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in by e-mail; without a password they cannot sign in yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail; everything they make belongs to a workspace."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(
        default=False, help_text="May audit the whole installation and open the admin pages."
    )
    is_active = models.BooleanField(default=True)
    # Has been in a workspace, so that none is made for them any more when they sign in.
    is_settled = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def label(self) -> str:
        """How the audit trail calls this person: for good, so by nothing that must be erasable."""
        return f"person {str(self.public_id)[:8]}"
