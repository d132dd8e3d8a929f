import json
import threading
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

from partyline_client import EventStreamError, stream_events

Step = Callable[[BaseHTTPRequestHandler], None]


class Broker:
    """Does the next step at each connection, and keeps what it was asked."""

    def __init__(self, *steps: Step) -> None:
        asked: list[tuple[str, str | None, str | None]] = []
        left = list(steps)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers["Last-Event-ID"], self.headers["Authorization"]))
                left.pop(0)(self)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.asked = asked
        self.waited: list[float] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def says(*chunks: str, cut_short: bool = False) -> Step:
    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        if cut_short:
            handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for chunk in chunks:
            handler.wfile.write(chunk.encode())

    return step


def refuses(status: int, problem: dict[str, str], **headers: str) -> Step:
    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(json.dumps(problem).encode())

    return step


def event(n: int, text: str = "") -> str:
    data = json.dumps({"id": f"evt_{n}", "type": "of.tomorrow", "data": text}, ensure_ascii=False)
    return f"id: evt_{n}\nevent: message.received\ndata: {data}\n\n"


class EventsTest(unittest.TestCase):
    def broker(self, *steps: Step) -> Broker:
        broker = Broker(*steps)
        self.addCleanup(broker.close)
        return broker

    def test_events_are_read_over_interruptions_each_from_where_the_last_connection_stopped(self) -> None:
        broker = self.broker(
            says(": partyline\n\n", event(1), event(2, "🦊\u2028\x85"), "id: evt_9\ndata: {"),
            says(event(3).replace("\n", "\r\n"), cut_short=True),
            lambda handler: handler.connection.close(),
            refuses(503, {}, Retry_After="7"),
            says(event(4)),
        )
        stream = stream_events(
            broker.url,
            "pl_x",
            community="com_1",
            types=["message.received"],
            after="evt_0",
            sleep=broker.waited.append,
        )
        told = list(islice(stream, 4))
        stream.close()
        self.assertEqual([one.id for one in told], ["evt_1", "evt_2", "evt_3", "evt_4"])
        self.assertEqual(told[1].data, "🦊\u2028\x85")
        self.assertEqual([one[1] for one in broker.asked], ["evt_0", "evt_2", "evt_3", "evt_3", "evt_3"])
        self.assertEqual({one[0] for one in broker.asked}, {"/v1/events?community=com_1&types=message.received"})
        self.assertEqual({one[2] for one in broker.asked}, {"Bearer pl_x"})
        self.assertEqual(len(broker.waited), 4)
        self.assertEqual(broker.waited[3], 7.0, "as the broker asked")

    def test_a_refusal_that_will_not_pass_is_an_error(self) -> None:
        broker = self.broker(refuses(401, {"code": "unauthorized", "detail": "no such key"}))
        with self.assertRaises(EventStreamError) as caught:
            next(stream_events(broker.url, "pl_x", sleep=broker.waited.append))
        self.assertEqual((caught.exception.status, caught.exception.problem["code"]), (401, "unauthorized"))


if __name__ == "__main__":
    unittest.main()
