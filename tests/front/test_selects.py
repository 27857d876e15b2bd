import pytest
from django import forms
from django.test.html import parse_html

from liveavatar_web.selects import PlainSelect

CHOICES = [("", "Any"), (1, "<b>One</b>"), ("two", "Two & a half")]


@pytest.mark.parametrize("value", [None, "", 1, "1", "two", "three"])
def test_it_looks_as_djangos_own(value: object) -> None:
    attrs = {"id": "id_who", "aria-invalid": "true", "required": True}

    plain, djangos = (
        widget(choices=CHOICES).render("who", value, attrs)
        for widget in (PlainSelect, forms.Select)
    )

    assert parse_html(plain) == parse_html(djangos)
    assert "<b>" not in plain
