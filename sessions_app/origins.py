"""Where a widget may stand: patterns of origins that its owner writes, and whether one matches.

A pattern is a scheme, a host and perhaps a port: `https://example.com`, `https://example.com:8443`,
`http://localhost:3000`; `https://*.example.com` covers every host below example.com, not itself.
Plain http is for the person's own machine only: elsewhere browsers give a page neither Web Crypto
nor a microphone (W3C Secure Contexts, 3.2).
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LONGEST_HOST: Final = 253  # RFC 1035, 2.3.4, as text
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def parse(text: str) -> str:
    """The pattern in canonical form. Raises ValueError with words for whoever typed it."""
    typed = text.strip()
    if "://" not in typed:
        raise ValueError(f"“{typed}” lacks its scheme; write https://{typed.lstrip('/')}")
    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError:
        raise ValueError(f"“{typed}” is not an address that a browser understands.") from None
    scheme, host = parts.scheme.lower(), _host(parts.hostname or "", typed)
    origin = _joined(scheme, host, port)
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"“{typed}” carries a user name; write {origin}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"“{typed}” is a page of a site; the site itself is {origin}")
    _check_scheme(scheme, host, origin)
    return origin


def matches(origin: str, patterns: Iterable[str]) -> bool:
    """Whether a browser's `origin` (RFC 6454, as browsers write it) is one that these allow."""
    return any(_matches(origin, pattern) for pattern in patterns)


def of(url: str) -> str | None:
    """The origin of an address such as a Referer; None where it has none that a browser writes."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    name = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not 0 < len(name) <= _LONGEST_HOST:
        return None
    return _joined(parts.scheme, f"[{name}]" if ":" in name else name, port)


def is_loopback(host: str) -> bool:
    name = host.strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _matches(origin: str, pattern: str) -> bool:
    scheme, _, host = pattern.partition("://*.")
    if not host:
        return origin == pattern
    prefix, suffix = f"{scheme}://", f".{host}"
    return (
        origin.startswith(prefix)
        and origin.endswith(suffix)
        and len(origin) > len(prefix) + len(suffix)
    )


def _joined(scheme: str, host: str, port: int | None) -> str:
    if port is None or port == _DEFAULT_PORTS.get(scheme):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def _host(name: str, typed: str) -> str:
    """The host as browsers write it: lower case, in Punycode, IPv6 in brackets."""
    if ":" in name:
        return f"[{ipaddress.ip_address(name).compressed}]"
    wildcard, bare = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    try:
        ascii_name = bare.lower().encode("idna").decode() if bare else ""
    except UnicodeError:
        ascii_name = ""
    labels = ascii_name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or (wildcard and len(labels) < 2):
        raise ValueError(
            f"“{typed}” has no host that we understand; write one as https://example.com"
            " or https://*.example.com"
        )
    return wildcard + ascii_name


def _check_scheme(scheme: str, host: str, origin: str) -> None:
    if scheme == "https" or (scheme == "http" and is_loopback(host)):
        return
    if scheme == "http":
        raise ValueError(
            f"{origin} is not secure, and browsers give such pages no microphone; "
            f"write https://{origin.removeprefix('http://')}"
        )
    raise ValueError(f"{origin} is not a web site; origins begin with https://")
