"""Letters to people. Whether one is due is a fact of a row's: it is claimed, sent, and struck off.

A worker that dies in between leaves it due again, so a letter may at the worst come twice, and
never not at all.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from django.core.mail import send_mail

log = structlog.get_logger(__name__)

# A letter that was begun is tried again after this, unless it is known to have been taken.
AGAIN: Final = timedelta(minutes=2)


def send(subject: str, text: str, *, to: Sequence[str], about: str) -> bool:
    """False where the mail server does not take it; `about` says in the log what it was about."""
    try:
        # Names that people give may hold a line's end, which no header may.
        send_mail(" ".join(subject.split()), text, from_email=None, recipient_list=to)
    except OSError as error:
        log.warning("letter.not_sent", about=about, error=str(error))
        return False
    return True
