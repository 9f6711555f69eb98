"""A mosquitto of the tests' own: Debian's binary, a free port, persistence in a folder of the test; can be killed."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support.machine import with_sbin
from tests.support.postgres import free_port

START_SECONDS_MAX = 20
SETTINGS = """listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval {autosave}
max_inflight_messages 2000
max_queued_messages 0
max_queued_bytes 536870912
set_tcp_nodelay true
log_dest file {folder}/mosquitto.log
log_type error
log_type warning
{user}"""


class Mosquitto:
    """Start it, kill it, start it again on the same port with the same folder."""

    def __init__(self, folder: Path, autosave_seconds: int = 1) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        # As root it would change to an account that cannot write here.
        user = "user root" if os.geteuid() == 0 else ""
        text = SETTINGS.format(port=self.port, folder=folder, autosave=autosave_seconds, user=user)
        (folder / "mosquitto.conf").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> "Mosquitto":
        """Returns when it accepts connections."""
        binary = shutil.which("mosquitto", path=with_sbin())
        assert binary is not None, "no mosquitto on this machine: apt-get install mosquitto"
        with (self.folder / "output.log").open("ab") as out:
            self._process = subprocess.Popen(
                [binary, "-c", str(self.folder / "mosquitto.conf")], stdout=out, stderr=out,
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError(f"mosquitto does not start: {(self.folder / 'output.log').read_text()[-2000:]}")
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """`kill -9`: what it had not written is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """An orderly end: it writes everything first."""
        self._end(signal.SIGTERM)

    def processor_seconds(self) -> float:
        """Processor time that it has used since it started."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> "Mosquitto":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(START_SECONDS_MAX)
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True


def _die_with_parent() -> None:
    """A killed test run leaves no broker behind (Linux: PR_SET_PDEATHSIG = 1)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
