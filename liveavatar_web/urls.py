from django.contrib import admin
from django.urls import include, path

from liveavatar_web import health

urlpatterns = [
    path("", include("sessions_app.urls")),
    path("", include("accounts.urls")),
    path("api/", include("sessions_app.api.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/two-step/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.live, name="healthz"),
    path("healthz/queues", health.queues_answered, name="healthz_queues"),
    path("readyz", health.ready, name="readyz"),
]
