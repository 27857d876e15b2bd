"""Triggers that refuse UPDATE, DELETE and TRUNCATE of audit events while the door is shut."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE_REFUSES = """
    ON accounts_auditevent WHEN NOT EXISTS (SELECT 1 FROM accounts_auditdoor)
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
"""
SQLITE = [
    f"CREATE TRIGGER audit_event_no_update BEFORE UPDATE {SQLITE_REFUSES}",
    f"CREATE TRIGGER audit_event_no_delete BEFORE DELETE {SQLITE_REFUSES}",
]
SQLITE_REVERSE = [f"DROP TRIGGER audit_event_no_{verb}" for verb in ("update", "delete")]

POSTGRESQL = [
    """
    CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM accounts_auditdoor) THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
        RAISE EXCEPTION 'audit events are append-only';
    END $$
    """,
    """
    CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_event_append_only()
    """,
    # A table without events may be truncated, which loses nothing.
    """
    CREATE FUNCTION audit_event_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM accounts_auditevent)
           AND NOT EXISTS (SELECT 1 FROM accounts_auditdoor) THEN
            RAISE EXCEPTION 'audit events are append-only';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_no_truncate()
    """,
    # No transaction may leave the door open behind it.
    """
    CREATE FUNCTION audit_door_shuts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM accounts_auditdoor WHERE id = NEW.id) THEN
            RAISE EXCEPTION 'the audit door is shut before the transaction ends';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER audit_door_shuts AFTER INSERT ON accounts_auditdoor
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_door_shuts()
    """,
]
POSTGRESQL_REVERSE = [
    "DROP TRIGGER audit_door_shuts ON accounts_auditdoor",
    "DROP TRIGGER audit_event_no_truncate ON accounts_auditevent",
    "DROP TRIGGER audit_event_no_change ON accounts_auditevent",
    "DROP FUNCTION audit_door_shuts()",
    "DROP FUNCTION audit_event_no_truncate()",
    "DROP FUNCTION audit_event_append_only()",
]


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]:
        schema_editor.execute(statement)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE_REVERSE, "postgresql": POSTGRESQL_REVERSE}[vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
