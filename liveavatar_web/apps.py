from django.apps import AppConfig


class LiveAvatarWebConfig(AppConfig):
    name = "liveavatar_web"
    verbose_name = "LiveAvatar Web"

    def ready(self) -> None:
        # Registering system checks is a side effect of the import, and needs the settings.
        from liveavatar_web import checks  # noqa: F401
