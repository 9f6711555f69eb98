"""The demo's broker: there while it is needed, gone afterwards; and none where the machine has none."""

import socket
from pathlib import Path

import pytest

from wanjia.cli.demo import broker


@pytest.mark.needs("mosquitto")
def test_a_broker_runs_as_long_as_the_block(tmp_path: Path) -> None:
    assert broker.noted_broker(tmp_path) == ""
    with broker.running_broker(tmp_path) as url:
        assert url.startswith("mqtt://127.0.0.1:") and broker.noted_broker(tmp_path) == url
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 2):
            pass
    assert broker.noted_broker(tmp_path) == "" and not (tmp_path / broker.NOTE).exists()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 2):
        pass


def test_a_note_of_a_broker_that_is_gone_is_none(tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    (tmp_path / broker.NOTE).write_text(f"mqtt://127.0.0.1:{port}")
    assert broker.noted_broker(tmp_path) == ""


def test_without_the_program_there_is_no_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "PROGRAM", "no-such-broker")
    with broker.running_broker(tmp_path) as url:
        assert url == "" and list(tmp_path.iterdir()) == []
