from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The usual hash with one round, so that servers that know nothing of tests verify it too."""

    iterations = 1
