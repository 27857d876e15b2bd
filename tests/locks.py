"""Watches in which order a test's own thread locks rows: a wrong one fails without a deadlock."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_LATER = re.compile(r'^UPDATE "accounts_(workspace|user)"|FROM "accounts_workspace".*FOR UPDATE')
_CHAIN = re.compile(r'"accounts_auditchain".* WHERE "accounts_auditchain"."workspace_id" = ')


class _Order:
    """Which chains the transaction holds, and whether it holds what comes after them."""

    def __init__(self) -> None:
        self._begin(None)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if _CHAIN.search(sql) or _LATER.search(sql):
            self._lock(sql, params)
        return execute(sql, params, many, context)

    def _begin(self, transaction: object) -> None:
        self._transaction = transaction
        self._chains: set[str] = set()
        self._is_late = False

    def _lock(self, sql: str, params: Any) -> None:
        ours = (block for block in connection.atomic_blocks if not block._from_testcase)
        transaction = next(ours, None)
        if transaction is None:
            return
        if transaction is not self._transaction:
            self._begin(transaction)
        if not _CHAIN.search(sql):
            self._is_late = True
            return
        chain = str(params[-1] if sql.startswith("UPDATE") else params[0])
        assert chain in self._chains or not self._is_late, (
            "a chain of audit events is locked before workspaces and people: see audit.hold"
        )
        self._chains.add(chain)


@contextmanager
def in_order() -> Iterator[None]:
    with connection.execute_wrapper(_Order()):
        yield
