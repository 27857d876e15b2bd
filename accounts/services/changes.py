"""Tells the pages that watch that something of a workspace has changed."""

from typing import Final

from django.db.models import F, Sum

from accounts.models import AuditChain, Workspace
from liveavatar_web import returning, watch

# What pages watch that tell of every workspace.
INSTALLATION: Final = ("installation", "all")


def announce(workspace_id: int, *topics: watch.Topic) -> None:
    """Counts the workspace's version up and wakes its watchers, and those of `topics`, on commit.

    A topic is the kind and public id of something whose own version has been counted up, such as
    `("provider_key", key.public_id)`. Call it last in the transaction, since it locks the
    workspace's row until the commit.
    """
    rows = Workspace.objects.filter(pk=workspace_id)
    for workspace in returning.update(rows, version=F("version") + 1):
        watch.nudge(("workspace", workspace.public_id), *topics, INSTALLATION)


def version_of_all() -> int:
    """A number that rises with whatever the audit trail tells, in any workspace.

    Read from the heads of its chains, which outlive their workspaces: a counter of all would be a
    row for which every change waits.
    """
    return AuditChain.objects.aggregate(events=Sum("number"))["events"] or 0
