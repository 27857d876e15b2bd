"""Where a widget may stand: what owners type, and what browsers say."""

import pytest

from sessions_app import origins


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("https://example.com", "https://example.com"),
        ("  HTTPS://Example.COM/ ", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://*.example.com", "https://*.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(typed: str, canonical: str) -> None:
    assert origins.parse(typed) == canonical


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("example.com", "lacks its scheme; write https://example.com"),
        (
            "https://example.com/shop?a=1",
            "is a page of a site; the site itself is https://example.com",
        ),
        ("http://example.com", "is not secure"),
        ("ftp://example.com", "is not a web site"),
        ("https://user:pass@example.com", "carries a user name; write https://example.com"),
        ("https://*", "has no host that we understand"),
        ("https://*.com", "has no host that we understand"),
        ("https://exa mple.com", "has no host that we understand"),
        ("https://a.*.example.com", "has no host that we understand"),
        ("https://example.com; script-src *", "has no host that we understand"),
        ("https://example.com:99999", "is not an address"),
        ("https://", "has no host that we understand"),
    ],
)
def test_what_is_not_an_origin_is_explained(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"“|http|ftp") as refused:
        origins.parse(typed)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("origin", "pattern", "allowed"),
    [
        ("https://example.com", "https://example.com", True),
        ("https://example.com:8443", "https://example.com", False),
        ("http://example.com", "https://example.com", False),
        ("https://www.example.com", "https://example.com", False),
        ("https://www.example.com", "https://*.example.com", True),
        ("https://a.b.example.com", "https://*.example.com", True),
        ("https://example.com", "https://*.example.com", False),
        ("https://evilexample.com", "https://*.example.com", False),
        ("https://www.example.com.evil.example", "https://*.example.com", False),
        ("http://www.example.com", "https://*.example.com", False),
        ("https://www.example.com:444", "https://*.example.com:444", True),
        ("null", "https://example.com", False),
    ],
)
def test_only_what_a_pattern_covers_is_allowed(origin: str, pattern: str, allowed: bool) -> None:
    assert origins.matches(origin, [pattern]) is allowed
    assert not origins.matches(origin, [])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/books?page=2", "https://shop.example"),
        ("http://localhost:8010/", "http://localhost:8010"),
        ("http://[::1]:8010/", "http://[::1]:8010"),
        ("", None),
        ("about:blank", None),
        ("https://shop.example:port/", None),
        (f"https://{'long.' * 50}example.com/", None),
    ],
)
def test_the_origin_of_an_address_is_read_or_there_is_none(url: str, origin: str | None) -> None:
    assert origins.of(url) == origin
