from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from liveavatar_web.form_renderer import PlainRenderer

WIDGETS = [
    forms.TextInput,
    forms.NumberInput,
    forms.DateInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.CheckboxInput,
]


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", [None, "", "a <b> & \"c\" 'd'", 1204, True, False])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x", "required": True, "disabled": False}])
def test_an_input_is_djangos_own(
    widget: type[forms.Widget], value: object, attrs: dict[str, Any]
) -> None:
    plain, djangos = (
        widget().render("x", value, attrs, renderer)
        for renderer in (PlainRenderer(), DjangoTemplates())
    )

    assert parse_html(plain) == parse_html(djangos)
    assert "<b>" not in plain


def test_whatever_is_no_input_is_left_to_django() -> None:
    field = forms.Textarea()

    assert field.render("x", "words", {}, PlainRenderer()) == field.render(
        "x", "words", {}, DjangoTemplates()
    )
