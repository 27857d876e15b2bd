"""What a widget's host page loads: the loader, and the document in its frame. No cookie, no login.

The host's origin is read from the Referer of the frame's own request and, like `frame-ancestors`,
keeps honest browsers on the owner's sites; it stops no script. What does is behind it: tickets,
proofs, limits (`docs/security.md`).
"""

from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from csp.constants import NONCE, NONE, SELF
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import decorator_from_middleware
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from liveavatar_web.middleware import allow_microphone
from sessions_app import origins, wording
from sessions_app.models import Avatar, Widget
from sessions_app.services import visits
from sessions_app.services.tickets import GRANT_LIFETIME, Grant
from sessions_app.services.visits import TurnedAway
from sessions_app.views import embed_config

_LOADER_SECONDS: Final = 60
_NOTHING: Final = "/* LiveAvatar Web: no widget stands here. */\n"
_PREVIEW_SALT: Final = "embed-preview"
_LOOK: Final = (
    *("placement", "corner", "starts_open", "theme", "shape", "accent", "accent_text"),
    *("language", "captions", "transcript", "push_to_talk", "push_to_talk_key", "max_seconds"),
    *embed_config.REWORDED.values(),
)


class _LoaderGzip(GZipMiddleware):
    """Without the padding that hides secrets from those who measure: this script has none."""

    max_random_bytes = 0


@require_safe
@decorator_from_middleware(_LoaderGzip)
def embed_loader(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The script of a widget's snippet, with its look inlined: one request, and no other."""
    widget = Widget.objects.admitting().select_related("avatar").filter(public_id=public_id).first()
    body = (
        _NOTHING
        if widget is None
        else embed_config.loader(widget, _accepted(request), _frame_url(request, public_id))
    )
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_LOADER_SECONDS}"
    response.headers["Vary"] = "Accept-Language"
    # Pages that isolate themselves (COEP) load nothing without it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    etag = quote_etag(sha256(body.encode()).hexdigest()[:32])
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def embed_frame(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The document that a visitor talks in, for a page of an origin that the widget allows."""
    now = timezone.now()
    origin = _host_origin(request)
    try:
        widget = visits.widget_for(public_id, origin=origin, now=now)
    except TurnedAway:
        return _refusal(request, public_id, origin)
    assert origin is not None
    config = {
        "grant": Grant(widget.public_id, origin).signed(),
        "grantExpiresAt": int((now + GRANT_LIFETIME).timestamp() * 1000),
    }
    return _frame(request, widget, origin, widget.origins, config)


def preview(request: HttpRequest, widget: Widget) -> HttpResponse:
    """A page with the real loader and the real frame of a widget that is not saved yet."""
    look = {name: getattr(widget, name) for name in _LOOK} | {"avatar": widget.avatar_id}
    signed = signing.dumps(look, salt=_PREVIEW_SALT, compress=True)
    frame_url = request.build_absolute_uri(reverse("embed_preview", args=[signed]))
    values = {"loader": embed_config.loader(widget, _accepted(request), frame_url)}
    values["csp_nonce"] = request.csp_nonce  # type: ignore[attr-defined]  # the middleware's
    response = HttpResponse(render_to_string("embed/preview_page.html", values))
    return _framed(response, [SELF], {"script-src": [SELF, NONCE], "frame-src": [SELF]})


@require_safe
def embed_preview(request: HttpRequest, signed: str) -> HttpResponse:
    """The frame of such a preview: everything is drawn, nothing can be started."""
    try:
        look = signing.loads(signed, salt=_PREVIEW_SALT, max_age=GRANT_LIFETIME)
    except signing.BadSignature as error:
        raise Http404 from error
    avatar = get_object_or_404(Avatar, pk=look.pop("avatar"))
    widget = Widget(avatar=avatar, **look)
    origin = origins.of(request.build_absolute_uri("/"))
    assert origin is not None
    config = {"grant": "", "grantExpiresAt": 0, "isPreview": True}
    return _frame(request, widget, origin, [SELF], config)


def _frame(
    request: HttpRequest,
    widget: Widget,
    origin: str,
    ancestors: list[str],
    config: dict[str, Any],
) -> HttpResponse:
    frame_config = embed_config.frame(widget, _accepted(request)) | {"hostOrigin": origin} | config
    values = {
        "widget": widget,
        "frame_config": frame_config,
        "talk_words": embed_config.talk_words(widget, frame_config["texts"]),
        **{name: frame_config[name] for name in ("language", "direction", "texts")},
    }
    response = HttpResponse(render_to_string("embed/frame.html", values))
    return allow_microphone(_framed(response, ancestors))


def _refusal(request: HttpRequest, public_id: UUID, origin: str | None) -> HttpResponse:
    """The same words whatever the reason, but for a page that only lacks https.

    It is shown where the widget's origins let it be shown.
    """
    widget = Widget.objects.filter(public_id=public_id, deleted_at__isnull=True).first()
    allowed = widget.origins if widget else []
    secure = (origin or "").replace("http://", "https://", 1)
    is_insecure = secure != origin and origins.matches(secure, allowed)
    language = wording.preferred(_accepted(request))
    values = {
        "language": language,
        "direction": wording.direction(language),
        "texts": wording.texts(language),
        "is_insecure": is_insecure,
    }
    body = render_to_string("embed/refused.html", values)
    ancestors = [*allowed, origin] if is_insecure and origin else allowed
    return _framed(HttpResponse(body, status=403), ancestors)


def _framed(
    response: HttpResponse, ancestors: list[str], directives: dict[str, list[Any]] | None = None
) -> HttpResponse:
    """A document that these origins may frame, and nobody keeps."""
    response._csp_replace = {  # type: ignore[attr-defined]  # django-csp's own way for one response
        "frame-ancestors": ancestors or [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "form-action": [NONE],
        **(directives or {}),
    }
    response.xframe_options_exempt = True  # frame-ancestors says it better
    response.headers["Cache-Control"] = "no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _host_origin(request: HttpRequest) -> str | None:
    """Where the page that frames us is from; None for anything but a frame that says so."""
    if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":
        return None
    return origins.of(request.headers.get("Referer", ""))


def _accepted(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "")


def _frame_url(request: HttpRequest, public_id: UUID) -> str:
    return request.build_absolute_uri(reverse("embed_frame", args=[public_id]))
