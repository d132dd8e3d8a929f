import json
import secrets
import time
import unittest
from base64 import b64encode
from datetime import UTC, datetime

from partyline_client import Webhook, WebhookError
from partyline_client.rest.models import EndpointTestEvent
from standardwebhooks import Webhook as Official

NOW_S = 1_800_000_000
EVENT = {
    "id": "evt_1",
    "type": "endpoint.test",
    "timestamp": "2027-01-15T08:00:00.000Z",
    "community": "com_1",
    "data": {"endpoint": "end_1", "text": "Grüße 🦊\u2028"},
}
BODY = json.dumps(EVENT, ensure_ascii=False)


def secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def signed(secrets: list[str], body: str = BODY, at_s: int = NOW_S) -> dict[str, str]:
    when = datetime.fromtimestamp(at_s, tz=UTC)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(Official(one).sign("evt_1", when, body) for one in secrets),
    }


class WebhookTest(unittest.TestCase):
    def refused(self, code: str, webhook: Webhook, headers: dict[str, str], body: str | bytes = BODY) -> None:
        with self.assertRaises(WebhookError) as caught:
            webhook.verify(body, headers, now_s=NOW_S)
        self.assertEqual(caught.exception.code, code)

    def test_what_the_official_library_signs_is_believed(self) -> None:
        own = secret()
        headers = signed([own])
        for form in (headers, {name.title(): value for name, value in headers.items()}):
            for body in (BODY, BODY.encode()):
                event = Webhook(own).verify(body, form, now_s=NOW_S)
                assert isinstance(event, EndpointTestEvent)
                self.assertEqual((event.id, event.data.text), ("evt_1", "Grüße 🦊\u2028"))

    def test_the_specifications_own_example_is_believed(self) -> None:
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        webhook.verify('{"test": 2432232314}', headers, now_s=1_614_265_330)

    def test_while_secrets_are_rotated_any_of_them_will_do_on_either_side(self) -> None:
        before, after, foreign = secret(), secret(), secret()
        Webhook(before).verify(BODY, signed([before, after]), now_s=NOW_S)
        Webhook(after).verify(BODY, signed([before, after]), now_s=NOW_S)
        Webhook([after, before]).verify(BODY, signed([before]), now_s=NOW_S)
        self.refused("bad_signature", Webhook(foreign), signed([before, after]))
        self.refused("bad_signature", Webhook([after, before]), signed([foreign]))

    def test_whatever_is_changed_is_noticed(self) -> None:
        own = secret()
        webhook, headers = Webhook(own), signed([own])
        signature = headers["webhook-signature"]
        self.refused("bad_signature", webhook, headers, BODY.replace("test", "rest"))
        self.refused("bad_signature", webhook, headers, BODY + " ")
        self.refused("bad_signature", webhook, {**headers, "webhook-id": "evt_2"})
        self.refused("bad_signature", webhook, {**headers, "webhook-timestamp": str(NOW_S + 1)})
        for forged in (
            signature.replace("v1,", "v2,"),
            signature.replace("v1,", "v1a,"),
            signature[len("v1,") :],
            signature[:-1],
            signature + "=",
            "v1,",
            "nonsense",
            "v1,🦊",
        ):
            self.refused("bad_signature", webhook, {**headers, "webhook-signature": forged})

    def test_what_is_older_or_newer_than_five_minutes_is_refused(self) -> None:
        own = secret()
        webhook = Webhook(own)
        webhook.verify(BODY, signed([own], at_s=NOW_S - 300), now_s=NOW_S)
        webhook.verify(BODY, signed([own], at_s=NOW_S + 300), now_s=NOW_S)
        self.refused("too_old", webhook, signed([own], at_s=NOW_S - 301))
        self.refused("too_new", webhook, signed([own], at_s=NOW_S + 301))
        self.refused("too_old", Webhook(own, tolerance_s=10), signed([own], at_s=NOW_S - 11))
        # Without a time of its own, it goes by the clock.
        webhook.verify(BODY, signed([own], at_s=int(time.time())))
        with self.assertRaises(WebhookError):
            webhook.verify(BODY, signed([own], at_s=1))

    def test_headers_that_are_missing_or_make_no_sense_are_refused(self) -> None:
        own = secret()
        webhook, headers = Webhook(own), signed([own])
        for name in headers:
            self.refused("missing_header", webhook, {**headers, name: ""})
            self.refused("missing_header", webhook, {n: v for n, v in headers.items() if n != name})
        for timestamp in ("soon", "-1", "1e9", " 1800000000", "1800000000.0", "٣", "9" * 400):
            self.refused("bad_timestamp", webhook, {**headers, "webhook-timestamp": timestamp})

    def test_a_signed_body_that_is_no_json_object_is_refused(self) -> None:
        own = secret()
        for body in ("", "nonsense", "[]", "null", "7"):
            self.refused("bad_body", Webhook(own), signed([own], body), body)

    def test_secrets_that_are_none_are_refused_at_once(self) -> None:
        for bad in ("", "whsec_", "whsec_*", "whsec_abc", "plain text", []):
            with self.assertRaises(ValueError):
                Webhook(bad)


if __name__ == "__main__":
    unittest.main()
