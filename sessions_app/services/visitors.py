"""Who a stranger is, as far as limits need it and no further."""

import ipaddress
from datetime import datetime

from django.utils.crypto import salted_hmac

from sessions_app.services.limits import periods


def visitor_of(address: str, *, now: datetime) -> str:
    """A keyed hash of an address, another one each day (UTC), so that no day knows the next.

    Of IPv6 the first 64 bits count: that is what one household or phone is given.
    """
    day, _ = periods(now)
    return salted_hmac(f"visitor:{day}", _network(address), algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)
