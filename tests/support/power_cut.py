"""What a power cut would leave of a SQLite store: of every file only what had been synced when the power went.

`python -m tests.support.power_cut [NORMAL]` on a filled store opens cases; after each acknowledgement it takes the
picture that a power cut would leave at that instant, and looks for the case in it. Prints JSON. Without an argument the
product's own settings hold; with one, `synchronous` is set to it.

SQLite's own file layer is watched from within this process: its `open` is wrapped, and with it each file's `sync`,
after which the file's bytes are kept. Nothing else is changed, so the picture is the worst that the operating system
may do: every write since the last sync of its file is gone.
"""

import _sqlite3
import ctypes
import json
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = 15
POINTER = ctypes.sizeof(ctypes.c_void_p)
METHODS = 18
"""Functions of `sqlite3_io_methods`, version 3; `xSync` is the fifth."""
SYNC = 4
OPEN_OFFSET = 40
"""Of `xOpen` in `sqlite3_vfs`: three ints and padding, then pNext, zName and pAppData (64-bit)."""

Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
"""The name stays a bare address: SQLite keeps it while the file is open, a copy made for Python is gone by then."""
Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


def library() -> ctypes.CDLL | None:
    """The SQLite library that Python's module uses; None where it is built in and its names are hidden."""
    for name in (getattr(_sqlite3, "__file__", None), None):
        try:
            found = ctypes.CDLL(name)
            found.sqlite3_vfs_find.restype = ctypes.c_void_p
            found.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
            return found
        except (AttributeError, OSError):
            continue
    return None


class Watch:
    """Keeps, for every file that SQLite opens, its bytes as they were at its last sync."""

    def __init__(self) -> None:
        self.synced: dict[str, bytes] = {}
        self.syncs = 0
        self._paths: dict[int, str] = {}
        self._tables: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self._kept: list[object] = []

    def begin(self, *files: Path) -> None:
        """Take what is in `files` as synced, and watch from now on."""
        self.synced = {str(file): file.read_bytes() for file in files if file.exists()}
        found = library()
        if found is None:
            raise RuntimeError("this Python hides its SQLite library")
        slot = ctypes.c_void_p.from_address(found.sqlite3_vfs_find(None) + OPEN_OFFSET)
        original = Open(slot.value)

        def opened(vfs: int, name: int | None, file: int, flags: int, out: object) -> int:
            code = int(original(vfs, name, file, flags, out))
            if code == 0 and name:
                self._watch(file, ctypes.string_at(name).decode())
            return code

        replaced = Open(opened)
        self._kept += [original, replaced]
        slot.value = ctypes.cast(replaced, ctypes.c_void_p).value

    def _watch(self, file: int, path: str) -> None:
        """Give the opened file a copy of its table of functions, in which `sync` also keeps the bytes."""
        self._paths[file] = path
        methods = ctypes.c_void_p.from_address(file)
        assert methods.value is not None
        if methods.value not in self._tables:
            size = POINTER * (METHODS + 1)
            table = ctypes.create_string_buffer(ctypes.string_at(methods.value, size), size)
            slot = ctypes.c_void_p.from_buffer(table, POINTER * (SYNC + 1))
            original = Sync(slot.value)

            def synced(file: int, flags: int) -> int:
                code = int(original(file, flags))
                if code == 0:
                    self.syncs += 1
                    self.synced[self._paths[file]] = Path(self._paths[file]).read_bytes()
                return code

            replaced = Sync(synced)
            self._kept += [original, replaced]
            slot.value = ctypes.cast(replaced, ctypes.c_void_p).value
            self._tables[methods.value] = table
            self._tables[ctypes.addressof(table)] = table
        methods.value = ctypes.addressof(self._tables[methods.value])

    def picture(self, database: Path, folder: Path) -> Path:
        """Write what a power cut would leave now; gives the database to look into."""
        for end in ("", "-wal"):
            left = self.synced.get(f"{database}{end}")
            if left is not None:
                (folder / f"{database.name}{end}").write_bytes(left)
        return folder / database.name


def accepted_cases(watch: Watch, synchronous: str) -> dict[str, object]:
    """Open cases one after another; which of them a power cut right after the answer would have lost."""
    from tests.support.stores import set_up  # noqa: PLC0415  (after the file layer is watched)

    set_up()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tests.support.world import World  # noqa: PLC0415

    options = settings.DATABASES["default"]["OPTIONS"]
    if synchronous:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", f"synchronous={synchronous}")
    database = Path(settings.DATABASES["default"]["NAME"])
    watch.begin(database, Path(f"{database}-wal"))
    world, numbers = World(timezone.now(), timezone.localdate()), []
    with tempfile.TemporaryDirectory() as folder:
        for at in range(CASES):
            numbers.append(world.call(f"power-{synchronous}-{at}").number)
            picture = Path(folder) / str(at)
            picture.mkdir()
            watch.picture(database, picture)
        # Here, while the file layer is watched: at the end of the program its functions may be gone before the store.
        connection.close()
        lost = [number for number, found in zip(numbers, looked_into(Path(folder), numbers), strict=True) if not found]
    return {"accepted": CASES, "lost": lost, "syncs": watch.syncs}


def looked_into(folder: Path, numbers: list[str]) -> list[bool]:
    """Whether the n-th picture, recovered, is sound and holds the n-th number; by a process nobody watches."""
    command = [sys.executable, "-c", LOOK, str(folder), *numbers]
    return list(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


LOOK = """
import json, sqlite3, sys
found = []
for at, number in enumerate(sys.argv[2:]):
    connection = sqlite3.connect(f"{sys.argv[1]}/{at}/wanjia.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found.append(bool(connection.execute("SELECT 1 FROM cases_case WHERE number = ?", [number]).fetchall()))
    connection.close()
print(json.dumps(found))
"""


if __name__ == "__main__":
    print(json.dumps(accepted_cases(Watch(), "".join(sys.argv[1:]))))
