"""A model field whose content is sealed by the vault and bound to its own row.

    class ProviderKey(models.Model):
        public_id = models.UUIDField(default=uuid4)
        value = SealedField()      # below public_id, which names its place

    key.value = Secret("sk-…")     # sealed when saved
    key.value.open()               # Secret; raises vault.CannotOpen

`update()` does not know the row, so there the sealed text is made first:
`ProviderKey.objects.filter(pk=key.pk).update(value=SealedField.seal_for(key, "value", secret))`.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from liveavatar_web.vault import Place, Secret, keyring

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class Sealed:
    """Ciphertext and the place it belongs to. Prints as stars, opens to a Secret."""

    __slots__ = ("_place", "text")

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self._place = place

    def open(self) -> Secret:
        return keyring().open(self.text, self._place)

    @property
    def is_current(self) -> bool:
        return keyring().is_current(self.text)

    def resealed(self) -> "Sealed":
        """The same secret under the newest key."""
        return Sealed(keyring().seal(self.open(), self._place), self._place)

    def __repr__(self) -> str:
        return "********"


class _Attribute:
    """Binds what the database returned to the instance's row when it is read."""

    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        return instance.__dict__[name]

    def __set__(self, instance: models.Model, value: object) -> None:
        if isinstance(value, _FromDatabase):
            value = Sealed(str(value), self.field.place_of(instance))
        elif isinstance(value, Secret):
            value = SealedField.seal_for(instance, self.field.attname, value)
        elif value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.field.name} takes a Secret, not {type(value).__name__}")
        instance.__dict__[self.field.attname] = value


class _FromDatabase(str):
    """Marks text that came from the database, the only text a sealed field believes."""

    __slots__ = ()


class SealedField(_TextField):
    """Text sealed at rest; null means that nothing is held."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "null": True, "blank": True, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("null", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Attribute(self))

    def place_of(self, instance: models.Model) -> Place:
        return Place(
            table=self.model._meta.db_table,
            field=self.attname,
            row=str(instance.public_id),  # type: ignore[attr-defined]
        )

    @classmethod
    def seal_for(cls, instance: models.Model, name: str, secret: Secret) -> Sealed:
        field = instance._meta.get_field(name)
        assert isinstance(field, SealedField)
        place = field.place_of(instance)
        return Sealed(keyring().seal(secret, place), place)

    def from_db_value(self, value: str | None, *_: Any) -> _FromDatabase | None:
        return None if value is None else _FromDatabase(value)

    def get_prep_value(self, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.text
        raise TypeError(f"{self.name} is written as a Secret or sealed text, never as plain text")
