"""A sealed field holds ciphertext in the database and hands out a Secret."""

import pytest
from django.core import serializers
from django.db import connection, transaction

from accounts.models import ProviderKey, User, Workspace
from liveavatar_web.vault import CannotOpen, Secret
from tests import build

VALUE = "sk-sim-a-marked-value"


@pytest.fixture
def key(workspace: Workspace, alice: User) -> ProviderKey:
    return build.provider_key(workspace, alice, value=VALUE)


def stored(key: ProviderKey) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_providerkey WHERE id = %s", [key.pk])
        return str(cursor.fetchone()[0])


def test_the_database_holds_ciphertext_and_the_field_opens_it(key: ProviderKey) -> None:
    read = ProviderKey.objects.get(pk=key.pk)

    assert stored(key).startswith("v1.")
    assert VALUE not in stored(key)
    assert read.value.open() == Secret(VALUE)
    assert repr(read.value) == str(read.value) == "********"


def test_a_value_opens_too_when_it_is_fetched_later(key: ProviderKey) -> None:
    later = ProviderKey.objects.defer("value", "public_id").get(pk=key.pk)
    alone = ProviderKey.objects.only("value").get(pk=key.pk)

    assert later.value.open() == alone.value.open() == Secret(VALUE)


def test_ciphertext_moved_to_another_row_does_not_open_there(
    key: ProviderKey, workspace: Workspace, alice: User
) -> None:
    other = build.provider_key(workspace, alice)
    ProviderKey.objects.filter(pk=other.pk).update(value=key.value)

    with pytest.raises(CannotOpen):
        ProviderKey.objects.get(pk=other.pk).value.open()


def test_plain_text_is_refused_on_every_way_in(key: ProviderKey) -> None:
    with pytest.raises(TypeError, match="takes a Secret, not str"):
        key.value = VALUE
    with pytest.raises(TypeError, match="never as plain text"), transaction.atomic():
        ProviderKey.objects.filter(pk=key.pk).update(value=VALUE)
    with pytest.raises(TypeError, match="never as plain text"):
        ProviderKey.objects.filter(value=VALUE).exists()

    assert ProviderKey.objects.get(pk=key.pk).value.open() == Secret(VALUE)


def test_a_row_saved_again_keeps_its_value(key: ProviderKey) -> None:
    read = ProviderKey.objects.get(pk=key.pk)
    read.name = "another name"
    read.save()

    assert ProviderKey.objects.get(pk=key.pk).value.open() == Secret(VALUE)


def test_a_value_can_be_erased(key: ProviderKey) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(value=None)

    assert ProviderKey.objects.get(pk=key.pk).value is None


def test_a_dump_of_the_data_shows_stars(key: ProviderKey) -> None:
    dumped = serializers.serialize("json", ProviderKey.objects.all())

    assert VALUE not in dumped
    assert '"value": "********"' in dumped
