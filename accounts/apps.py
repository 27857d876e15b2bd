from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Checks, receivers of sign-in signals and watch topics are registered by importing them,
        # and their modules need the models.
        from accounts import checks, signins, watch_topics  # noqa: F401
