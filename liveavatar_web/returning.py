"""Updates that tell what the rows hold afterwards: one statement where Django needs two.

Also the truer answer: between an update and a read of its own, somebody else may have written.
"""

from typing import Any, TypeVar

from django.db import connections, models, transaction
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row", bound=models.Model)


def update(rows: models.QuerySet[Row], **changes: Any) -> list[Row]:
    """As `rows.update(**changes)`; returns the rows that were updated, as they stand now.

    Call it inside a transaction, where no more than a few rows match.
    """
    connection = connections[rows.db]
    if not connection.features.can_return_columns_from_insert:  # SQLite before 3.35
        keys = [row.pk for row in rows.select_for_update()]
        rows.filter(pk__in=keys).update(**changes)
        return list(rows.model._base_manager.filter(pk__in=keys))
    query: UpdateQuery = rows.query.chain(UpdateQuery)  # type: ignore[assignment]  # its stubs are too plain
    query.add_update_values(changes)
    query.clear_ordering(force=True)
    query.clear_select_clause()
    with transaction.mark_for_rollback_on_error(using=rows.db):
        statement, values = query.get_compiler(connection=connection).as_sql()
        # By name: a statement that is prepared must not change its result with a migration.
        fields = rows.model._meta.concrete_fields
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        returning = f"{statement} RETURNING {columns}"
        return list(rows.model._base_manager.using(rows.db).raw(returning, values))


def refresh(row: Row, fresh: Row) -> None:
    """Has `row` hold what `fresh` does; what it knows of other rows it keeps where that is true."""
    for field in row._meta.concrete_fields:
        value = getattr(fresh, field.attname)
        if field.is_relation and getattr(row, field.attname) != value:
            row._state.fields_cache.pop(field.name, None)
        setattr(row, field.attname, value)
