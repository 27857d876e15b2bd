"""What a session costs on the other account: an estimate, since OpenAI bills its own way.

Half of the billed time is counted as heard and half as spoken, at the prices of OPENAI_PRICES. The
prompt, and what was said before, which OpenAI bills again with each answer, are not in it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from django.conf import settings

_CENTS_OF_CENTS: Final = Decimal("0.0001")


class Billed(Protocol):
    """A session, or as much of one as was read."""

    @property
    def model(self) -> str: ...

    @property
    def billed_seconds(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """US dollars, and the model whose prices were taken."""

    dollars: Decimal
    priced_as: str


def of(session: Billed) -> Estimate | None:
    """None where nothing was billed yet, or no price fits the model."""
    if not session.billed_seconds:
        return None
    # A dated model has the price of the name that it begins with, the longest that is known.
    fitting = [name for name in settings.OPENAI_PRICES if session.model.startswith(name)]
    if not fitting:
        return None
    priced_as = max(fitting, key=len)
    heard, spoken = settings.OPENAI_PRICES[priced_as]
    dollars = Decimal(session.billed_seconds) / 60 * (heard + spoken) / 2
    return Estimate(dollars.quantize(_CENTS_OF_CENTS), priced_as)
