"""Safety gateways through a real broker: written first, then acknowledged; what could not be written comes again."""

import threading
from pathlib import Path

from paho.mqtt.client import CallbackAPIVersion, Client

from tests.conformance.test_telemetry_broker import until
from tests.support.machine import needs
from tests.support.mosquitto import Mosquitto
from wanjia.adapters.safety_gateway import codec
from wanjia.adapters.safety_gateway.codec import Message, topic_of
from wanjia.adapters.safety_gateway.driver import Consumer

pytestmark = needs("mosquitto")
PAYLOAD = (Path(codec.__file__).parent / "fixtures/message.json").read_bytes()


def test_a_message_whose_writing_fails_comes_again_and_a_wrong_one_stops_nothing(tmp_path: Path) -> None:
    taken: list[Message] = []
    failing = [True]

    def take(message: Message) -> None:
        if failing.pop() if failing else False:
            raise OSError("the store is away")
        taken.append(message)

    broker = Mosquitto(tmp_path / "broker").start()
    consumer = Consumer(broker.url, "main", take)
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    try:
        until(lambda: consumer.is_connected)
        device = Client(CallbackAPIVersion.VERSION2)
        device.connect("127.0.0.1", broker.port)
        device.loop_start()
        device.publish(topic_of("main", "GW-0053"), PAYLOAD, 1).wait_for_publish(20)
        until(lambda: len(taken) == 1)
        device.publish(topic_of("main", "GW-0053"), b"nonsense", 1).wait_for_publish(20)
        device.publish(topic_of("main", "GW-9999"), PAYLOAD, 1).wait_for_publish(20)
        device.publish(topic_of("main", "GW-0053"), PAYLOAD, 1).wait_for_publish(20)
        until(lambda: len(taken) == 2)
        device.loop_stop()
        device.disconnect()
    finally:
        consumer.stop()
        thread.join()
        broker.stop()
    assert consumer.counts["refused"] == 2, "no JSON, and another gateway's name"
    assert [len(one.readings) for one in taken] == [4, 4]
