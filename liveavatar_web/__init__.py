"""The Django project: settings, roots and the leaves that the apps build on."""

from liveavatar_web.celery import app as celery_app

__all__ = ["celery_app"]
