import unittest
from typing import Any, get_args

from partyline_client import Event, Question, Unknown
from partyline_client.rest import models
from partyline_client.rest.models import AllowAnswer, DenyAnswer, MessageStatusEvent
from partyline_client.told import _READERS, read

MOVED: dict[str, Any] = {
    "id": "evt_1",
    "type": "message.status",
    "timestamp": "2027-01-15T08:00:00.000Z",
    "community": "com_1",
    "data": {
        "message": {
            "id": "msg_1",
            "from": "mem_1",
            "to": "mem_2",
            "status": "delivered",
            "reason": None,
            "detail": None,
            "updated_at": "2027-01-15T08:00:00.000Z",
        }
    },
}


class ToldTest(unittest.TestCase):
    def test_every_kind_that_the_document_has_is_read(self) -> None:
        generated = {name for name in models.__all__ if name.endswith(("Event", "Question"))}
        known = {one.__name__ for one in (*get_args(Event), *get_args(Question))}
        self.assertEqual(known, generated)
        self.assertEqual({reader.__self__.__name__ for reader in _READERS.values()}, generated)

    def test_an_event_is_typed(self) -> None:
        event = read(MOVED)
        assert isinstance(event, MessageStatusEvent)
        self.assertEqual((event.type_, event.data.message.status.value), ("message.status", "delivered"))
        self.assertEqual(event.timestamp.year, 2027)

    def test_what_is_newer_than_this_client_is_left_as_it_came(self) -> None:
        kind = {**MOVED, "type": "call.ringing", "data": {"call": "call_1"}}
        word = {**MOVED, "data": {"message": {**MOVED["data"]["message"], "status": "read"}}}
        for body in (kind, word, {"type": 7}, {"type": "message.status", "data": []}, {}):
            event = read(body)
            assert isinstance(event, Unknown)
            self.assertEqual((event.body, event.data), (body, body.get("data")))
        more = read({**MOVED, "by": "someone"})
        self.assertIsInstance(more, MessageStatusEvent, "a new field is no hindrance")

    def test_answers_are_made_of_the_models(self) -> None:
        self.assertEqual(AllowAnswer("allow").to_dict(), {"action": "allow"})
        self.assertEqual(DenyAnswer("deny", reason="house rule").to_dict(), {"action": "deny", "reason": "house rule"})


if __name__ == "__main__":
    unittest.main()
