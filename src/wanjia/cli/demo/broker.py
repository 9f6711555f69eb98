"""The demo's MQTT broker: mosquitto, when the machine has it, as a child process that only this machine can reach."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "mosquitto"
PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
"""Where packages put it although it is not on everybody's path."""
START_SECONDS, STOP_SECONDS = 5.0, 5.0
NOTE = "broker"
"""File in the demo's folder that says where the running broker is."""
SETTINGS = """listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 20000
log_type error
"""


def find_program() -> str | None:
    """Path of the broker's program."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *PLACES])
    return shutil.which(PROGRAM, path=path)


@contextmanager
def running_broker(home: Path) -> Iterator[str]:
    """URL of a broker that runs until the block ends; empty where the machine has none, or it does not start."""
    program = find_program()
    if program is None:
        yield ""
        return
    port = _free_port()
    settings = home / "mosquitto.conf"
    settings.write_text(SETTINGS.format(port=port))
    with (home / "mosquitto.log").open("ab") as log:
        child = subprocess.Popen([program, "-c", str(settings)], stdout=log, stderr=log)
    url = f"mqtt://127.0.0.1:{port}" if _answers(port, child) else ""
    note = home / NOTE
    try:
        if url:
            note.write_text(url)
        yield url
    finally:
        note.unlink(missing_ok=True)
        end_child(child)


def noted_broker(home: Path) -> str:
    """URL of the broker of a demo that runs now; empty without one."""
    note = home / NOTE
    url = note.read_text().strip() if note.exists() else ""
    port = int(url.rpartition(":")[2]) if url else 0
    return url if port and _is_open(port) else ""


def end_child(child: "subprocess.Popen[bytes]") -> None:
    """Ends a process that was started here."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _answers(port: int, child: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        if _is_open(port):
            return True
        time.sleep(0.05)
    return False


def _is_open(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(0.5)
        return tried.connect_ex(("127.0.0.1", port)) == 0
