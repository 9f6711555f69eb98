"""Django's SQLite, in which the threads of the one process wait for each other instead of polling the file.

SQLite lets a second writer sleep and try again, for longer each time: whoever comes first may wait longest. Writers of
one process take a lock before `BEGIN IMMEDIATE` instead; the file's own lock stays what guards against other processes.
"""

from threading import Lock

from django.db.backends.sqlite3 import base

WRITER_WAIT_SECONDS = 30.0
"""As long as SQLite itself is told to wait; then the file's lock decides."""

_writer = Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the process's writing lock from BEGIN IMMEDIATE to COMMIT or ROLLBACK."""

    _holds = False

    def _start_transaction_under_autocommit(self) -> None:
        if not self._holds:
            self._holds = _writer.acquire(timeout=WRITER_WAIT_SECONDS)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._let_go()
            raise

    def _commit(self) -> None:
        super()._commit()
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._holds:
            self._holds = False
            _writer.release()
