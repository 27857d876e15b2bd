"""What a refused start is told: which limit it met, and what to do about it."""

from django.conf import settings

from sessions_app.models import Meter
from sessions_app.services.limits import Limit, Need


def of(limit: Limit, need: Need) -> tuple[str, str]:
    """The code of the limit that left no room for `need`, and a sentence for a person."""
    meter = limit.rows.first() or Meter()
    match limit.code:
        case "concurrency":
            return limit.code, _no_slot(limit.slots or 0)
        case "monthly_budget" if _lacks_credits(limit, meter, need):
            return "monthly_credits", _no_credits(limit, meter, need)
        case "monthly_budget":
            return "monthly_minutes", _no_minutes(limit, meter, need)
        case "installation" if meter.held_slots >= (limit.slots or 0):
            return limit.code, "Every place of this installation is taken now. Try again soon."
        case "installation":
            return "credit_floor", (
                f"The LiveAvatar account keeps {settings.CREDIT_FLOOR} credits in reserve, and too "
                "few are left above that. Ask whoever runs this installation to buy more."
            )
        case "widget_places":
            return limit.code, "Every place of this widget is taken now."
        case "visitor_day":
            return limit.code, "This visitor has used up what one visitor may use in a day."
        case _:
            return limit.code, "This widget has used up what it may use in this period."


def _no_slot(slots: int) -> str:
    if slots == 0:
        return "This workspace may not start sessions. Ask whoever runs this installation."
    talking = "1 session is" if slots == 1 else f"{slots} sessions are"
    return f"{talking} running already, as many as this workspace may have. End one and try again."


def _lacks_credits(limit: Limit, meter: Meter, need: Need) -> bool:
    if limit.credits is None:
        return False
    return meter.held_credits + meter.used_credits + need.credits > limit.credits


def _no_credits(limit: Limit, meter: Meter, need: Need) -> str:
    assert limit.credits is not None
    left = max(0, limit.credits - meter.used_credits - meter.held_credits)
    return (
        f"This month has {left:.0f} of {limit.credits:.0f} credits left, and this session may use "
        f"{need.credits:.0f}. Choose a shorter session, or ask for a higher limit."
    )


def _no_minutes(limit: Limit, meter: Meter, need: Need) -> str:
    most = limit.seconds or 0
    left = max(0, most - meter.used_seconds - meter.held_seconds) // 60
    return (
        f"This month has {left} of {most // 60} minutes left, and this session asks for "
        f"{-(-need.seconds // 60)}. Choose a shorter session, or ask for a higher limit."
    )
