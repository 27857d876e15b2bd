from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        # Watch topics and figures are registered by importing them, and need the models.
        from sessions_app import metrics, watch_topics  # noqa: F401
