"""Telemetry from MQTT payloads to announced outages, and a whole prefecture's blackout from payloads to rows.

Run: `.venv/bin/python benchmarks/telemetry.py [--quick] [keys] [stream] [blackout]` (all parts by default).

- `keys`: nanoseconds to find an event's device among two million.
- `stream`: binary batches from a publishing process through a real mosquitto; taken, journalled with fsync,
  acknowledged and sensed in one process, until everything is sensed and the outage in it announced. Beside: a plain
  paho loop that counts the bytes. Broker and publisher run on the same cores.
- `blackout`: last gasps of all meters, one message per district, to `wanjia listen` on SQLite; until the outages are
  rows and the messages about them are queued.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from _stand import describe, quick, store
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5

from tests.support.feeders import made
from tests.support.listening import Listener, network_of, rows
from tests.support.mosquitto import Mosquitto
from wanjia.actions.network.sensed import SensedBatch
from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.broker import address_of
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.driver import Consumer
from wanjia.adapters.telemetry.intake import SENT, Aside, Intake
from wanjia.adapters.telemetry.journal import Journal
from wanjia.adapters.telemetry.keys import DeviceKeys, keys_of
from wanjia.adapters.telemetry.nouns import Message
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, Change
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import Outside, SensingLoop

BEGIN = 1_780_000_000_000
EVENTS_A_MESSAGE = 2_000
REGISTERED = 2
"""Customers a district who left a telephone number and are told; the others are seen on board and portal."""
SECONDS = 60
"""Of the stream's own time; the feeder goes dark at the fifth."""
PUBLISHER = """
import sys, time
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
port, path = int(sys.argv[1]), sys.argv[2]
data, messages, at = open(path, "rb").read(), [], 0
while at < len(data):
    topic, size = int.from_bytes(data[at:at + 2], "little"), int.from_bytes(data[at + 2:at + 6], "little")
    messages.append((data[at + 6:at + 6 + topic].decode(), data[at + 6 + topic:at + 6 + topic + size]))
    at += 6 + topic + size
client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
client.max_inflight_messages_set(1000)
client.connect("127.0.0.1", port)
client.loop_start()
print("ready", flush=True)
sys.stdin.readline()
last = None
for number, (topic, payload) in enumerate(messages):
    last = client.publish(topic, payload, qos=1)
    if number % 500 == 499:
        last.wait_for_publish()
last.wait_for_publish()
print("done", time.process_time(), flush=True)
"""


def packed(messages: list[tuple[str, bytes]]) -> bytes:
    """Messages as the publishing process reads them."""
    return b"".join(
        len(topic).to_bytes(2, "little") + len(payload).to_bytes(4, "little") + topic.encode() + payload
        for topic, payload in messages
    )


@contextmanager
def publisher(port: int, messages: list[tuple[str, bytes]], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has read the messages and waits for a line."""
    path = folder / "messages.bin"
    path.write_bytes(packed(messages))
    command = [sys.executable, "-c", PUBLISHER, str(port), str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait()


def go(process: "subprocess.Popen[str]") -> float:
    """Lets it publish; when."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return time.perf_counter()


def device_keys(grid: Grid) -> np.ndarray:
    """Key of every slot."""
    meters = grid.network.meters.ids[grid.meter_at_slot].tolist()
    return keys_of([*meters, *grid.network.districts.ids[grid.district].tolist()])


def look_up(meters: int) -> None:
    """Times the table of keys."""
    grid = build_grid(made(max(1, meters // 44_000), 20, 10, 220))
    begun = time.perf_counter()
    table = DeviceKeys.of(grid)
    built = time.perf_counter() - begun
    rng = np.random.default_rng(1)
    asked = device_keys(grid)[rng.integers(0, grid.meters, 2_000_000)]
    table.slots(asked[:1000])
    best = min(_timed(table, asked) for _ in range(7))
    print(f"keys: {grid.meters:,} meters, table in {built:.1f} s, {1e9 * best / len(asked):.1f} ns a random event")


def _timed(table: DeviceKeys, asked: np.ndarray) -> float:
    begun = time.process_time()
    table.slots(asked)
    return time.process_time() - begun


def stream_of(grid: Grid, count: int) -> list[tuple[str, bytes]]:
    """Batches of heartbeats of random meters; from the fifth second on the first feeder gasps, meter by meter."""
    rng, keys = np.random.default_rng(7), device_keys(grid)
    feeder = int(grid.first_meter[grid.end[1]])
    per_message = SECONDS * 1000 * EVENTS_A_MESSAGE / count
    numbers, messages = {}, []
    for at in range(count // EVENTS_A_MESSAGE):
        sent = BEGIN + round((at + 1) * per_message)
        slot = rng.integers(0, grid.meters, EVENTS_A_MESSAGE)
        kind = np.where((slot < feeder) & (sent > BEGIN + 5000), LAST_GASP, HEARTBEAT).astype(np.uint8)
        sender = f"concentrator-{at % 64}"
        numbers[sender] = numbers.get(sender, 0) + 1
        occurred = sent - rng.integers(0, 3000, EVENTS_A_MESSAGE)
        message = Message(sender, numbers[sender], sent, keys[slot], kind, occurred)
        messages.append((events_topic("bench", sender), encode_binary(message)))
    return messages


def plain_loop(broker: Mosquitto, messages: list[tuple[str, bytes]], folder: Path) -> float:
    """Seconds until a client that only counts bytes has them all."""
    counted, wanted, done = [0], sum(len(payload) for _, payload in messages), threading.Event()

    def count(_: object, __: object, message: object) -> None:
        counted[0] += len(message.payload)  # type: ignore[attr-defined]
        if counted[0] >= wanted:
            done.set()

    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.on_message = count
    client.on_connect = lambda *_: client.subscribe("wanjia/bench/+/events/b", 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    time.sleep(1.0)
    with publisher(broker.port, messages, folder) as process:
        begun = go(process)
        done.wait()
        seconds = time.perf_counter() - begun
    client.disconnect()
    client.loop_stop()
    return seconds


def whole_way(
    broker: Mosquitto, grid: Grid, messages: list[tuple[str, bytes]], folder: Path
) -> tuple[float, list[Change], float]:
    """Seconds until everything is sensed, what was announced, and processor seconds of this process."""
    changes: list[Change] = []

    def apply(batch: SensedBatch, _: object) -> None:
        changes.extend(batch.changes)

    intake = Intake(Journal(folder / "journal"), Aside(folder / "aside"), SENT)
    loop = SensingLoop(folder, ActiveNetwork("bench", grid.network), Outside(lambda _: None, apply), time.monotonic)
    consumer = Consumer(address_of(broker.url), "bench", intake, lambda: loop.reader.lag)
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    time.sleep(1.0)
    count = len(messages) * EVENTS_A_MESSAGE
    with publisher(broker.port, messages, folder) as process:
        used = time.process_time()
        begun = go(process)
        while loop.counts["events"] < count:
            if not loop.round():
                time.sleep(0.01)
        seconds, used = time.perf_counter() - begun, time.process_time() - used
    consumer.stop()
    thread.join()
    intake.journal.close()
    return seconds, changes, used


def stream(meters: int, count: int) -> None:
    """Prints events per second, ours beside the plain loop."""
    grid = build_grid(made(max(1, meters // 44_000), 20, 10, 220))
    messages = stream_of(grid, count)
    size = sum(len(payload) for _, payload in messages)
    print(
        f"stream: {grid.meters:,} meters, {count:,} events in {len(messages):,} messages, {size / 1e6:.0f} MB",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="wanjia-bench-") as name:
        folder = Path(name)
        with Mosquitto(folder / "mosquitto", autosave_seconds=30) as broker:
            floor = plain_loop(broker, messages, folder)
        warm = stream_of(grid, 200_000)
        with Mosquitto(folder / "warm", autosave_seconds=30) as broker:
            whole_way(broker, grid, warm, folder / "warm")
        with Mosquitto(folder / "mosquitto2", autosave_seconds=30) as broker:
            seconds, changes, used = whole_way(broker, grid, messages, folder)
            broker_used = broker.processor_seconds()
    told = [change.outage.device_id for change in changes if change.what == "announced"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  plain paho loop, counts bytes    {count / floor / 1e3:9.0f} k events/s   {floor:6.2f} s")
    print(f"  to announced outages             {count / seconds / 1e3:9.0f} k events/s   {seconds:6.2f} s, processor: "
          f"{used:.1f} s here, {broker_used:.1f} s mosquitto; announced {told}; peak memory {peak:.0f} MB with both "
          "streams in it")  # fmt: skip
    # Processor time says what two cores do when nobody else wants them.
    print(f"  by processor time of this process {count / used / 1e3:8.0f} k events/s")


def gasps_of(grid: Grid, lost: int) -> list[tuple[str, bytes]]:
    """One message per district with its meters' last gasps, 30-45 s after `lost` (ms); and time going on afterwards."""
    rng, keys, found = np.random.default_rng(5), device_keys(grid), []
    ids = grid.network.districts.ids[grid.district].tolist()
    for rank in range(grid.districts):
        slots = np.arange(grid.first_meter[rank], grid.first_meter[rank + 1])
        occurred = lost + rng.integers(30_000, 45_000, len(slots))
        sent = lost + 45_000 + 20_000 * rank // grid.districts
        kinds = np.full(len(slots), LAST_GASP, np.uint8)
        message = Message(ids[rank], 1, sent, keys[slots], kinds, occurred)
        found.append((events_topic("main", ids[rank]), encode_binary(message)))
    none = np.empty(0, np.int64)
    for second in range(0, 120, 5):
        empty = Message(
            "clock", 1 + second, lost + 66_000 + 1000 * second, none.astype(np.uint64), none.astype(np.uint8), none
        )
        found.append((events_topic("main", "clock"), encode_binary(empty)))
    return found


def blackout(districts: int) -> None:
    """Prints seconds from the first payload until outages, their districts and the messages about them are rows."""
    sizes = str(districts)
    grid = build_grid(network_of(sizes))
    # Nobody is told of an outage that is long past, so this one was two minutes ago.
    lost = 1000 * (int(time.time()) - 120)
    messages = gasps_of(grid, lost)
    print(f"blackout: {grid.meters:,} gasps of {grid.districts:,} districts in {len(messages):,} messages", flush=True)
    with tempfile.TemporaryDirectory(prefix="wanjia-bench-") as name, store("sqlite") as home:
        folder = Path(name)
        home.python("-m", "tests.support.listening", "install", sizes, str(REGISTERED * districts))
        with Mosquitto(folder / "mosquitto", autosave_seconds=30) as broker:
            listener = Listener(home, broker.url, folder / "listener.log")
            listener.start()
            _wait_until_it_listens(home)
            with publisher(broker.port, messages, folder) as process:
                begun = go(process)
                while (found := rows(home))["tick_at"] * 1000 < lost + 66_000 + 60_000:
                    time.sleep(0.5)
                seconds = time.perf_counter() - begun
            peak = _peak_mb(listener)
            listener.stop()
    kinds = sorted({one[1] for one in found["outages"]})[:4]
    dark = sum(len(one[5]) for one in found["outages"] if one[2] == "open")
    print(f"  {seconds:.1f} s to {len(found['outages'])} outages ({', '.join(kinds)} ...), {dark:,} districts dark, "
          f"{found['deliveries']:,} messages queued; peak memory of the listener {peak:.0f} MB")  # fmt: skip


def _wait_until_it_listens(home: object) -> None:
    """The listener reads the network first, which is no part of what is measured."""
    folder = Path(home.environment["WANJIA_HOME"]) / "telemetry" / "main" / "snapshots"  # type: ignore[attr-defined]
    while not folder.is_dir():
        time.sleep(0.5)
    time.sleep(10.0)


def _peak_mb(listener: Listener) -> float:
    lines = Path(f"/proc/{listener.process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> int:
    """Runs the parts that are asked for."""
    describe()
    parts = [one for one in sys.argv[1:] if not one.startswith("-")] or ["keys", "stream", "blackout"]
    if "keys" in parts:
        look_up(200_000 if quick() else 2_000_000)
    if "stream" in parts:
        stream(200_000 if quick() else 2_000_000, 1_000_000 if quick() else 6_000_000)
    if "blackout" in parts:
        blackout(300 if quick() else 9_087)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wanjia.web.settings")
    raise SystemExit(main())
