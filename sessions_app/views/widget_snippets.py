"""What an owner pastes into a site, in each of its forms."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from sessions_app.models import Widget


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to put a widget into a page."""

    name: str
    title: str
    hint: str
    code: str


def of(widget: Widget) -> list[Snippet]:
    frame = settings.SITE_URL + reverse("embed_frame", args=[widget.public_id])
    title = escape(widget.title_text or f"Talk to {widget.avatar.name}")
    script = f'<script async src="{frame}.js"></script>'
    element = f'<liveavatar-widget widget="{widget.public_id}"></liveavatar-widget>'
    iframe = (
        f'<iframe src="{frame}" title="{title}" width="400" height="640"\n'
        '        allow="microphone; autoplay; fullscreen; speaker-selection"\n'
        '        referrerpolicy="origin"></iframe>'
    )
    return [
        Snippet("script", "Script", "Anywhere in the page; it loads after your content.", script),
        Snippet(
            "element", "Element", "The element stands where you put it.", f"{script}\n{element}"
        ),
        Snippet("iframe", "Plain iframe", "For sites that take no scripts; always open.", iframe),
    ]
