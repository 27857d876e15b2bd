from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        # Watch topics are registered by importing them, and their module needs the models.
        from sessions_app import watch_topics  # noqa: F401
