from django.apps import AppConfig


class LiveAvatarWebConfig(AppConfig):
    name = "liveavatar_web"
    verbose_name = "LiveAvatar Web"

    def ready(self) -> None:
        # System checks and metrics are registered by importing them, and need the settings.
        from liveavatar_web import checks, queue_metrics  # noqa: F401
