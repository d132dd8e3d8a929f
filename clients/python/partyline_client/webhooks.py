"""The check of callbacks after Standard Webhooks: who sent them, and when."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping

from .told import Event, Question, Unknown, read

TOLERANCE_S = 5 * 60


class WebhookError(ValueError):
    """A callback that must not be believed. `code` says why, in a stable word."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Webhook:
    """Checks callbacks with the secrets of an endpoint.

    Give every secret that is in use: while a secret is rotated, callbacks are signed with the old and the new
    one, and it is enough that one signature fits one secret.
    """

    def __init__(self, secrets: str | Iterable[str], *, tolerance_s: int = TOLERANCE_S) -> None:
        self._keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
        if not self._keys:
            raise ValueError("give at least one secret")
        self._tolerance_s = tolerance_s

    def verify(
        self, body: bytes | str, headers: Mapping[str, str], *, now_s: float | None = None
    ) -> Event | Question | Unknown:
        """The event, or the question, once it is certain that one of the secrets signed it within the tolerance.

        `body` is what came over the wire, before anything read it as JSON. The same event may come twice: its
        `id` says so. Questions, which have none, come only to endpoints that want to be asked.
        """
        body = body.encode() if isinstance(body, str) else body
        lower = {name.lower(): value for name, value in headers.items()}
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        missing = [name for name in names if not lower.get(name)]
        if missing:
            raise WebhookError("missing_header", f"the header {missing[0]} is missing")
        ident, timestamp, given = (lower[name] for name in names)
        self._check_time(timestamp, time.time() if now_s is None else now_s)

        signed = b".".join((ident.encode(), timestamp.encode(), body))
        wanted = [_signature(key, signed) for key in self._keys]
        signatures = [one[len("v1,") :].encode() for one in given.split(" ") if one.startswith("v1,")]
        # Every pair is compared, each in constant time.
        if not any([hmac.compare_digest(own, theirs) for own in wanted for theirs in signatures]):
            raise WebhookError("bad_signature", "none of the signatures fits a secret")
        try:
            event = json.loads(body)
        except ValueError as error:
            raise WebhookError("bad_body", "the body is not JSON") from error
        if not isinstance(event, dict):
            raise WebhookError("bad_body", "the body is not a JSON object")
        return read(event)

    def _check_time(self, timestamp: str, now_s: float) -> None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise WebhookError("bad_timestamp", "the header webhook-timestamp is not a number of seconds")
        age_s = now_s - int(timestamp)
        if age_s > self._tolerance_s:
            raise WebhookError("too_old", f"the callback was signed more than {self._tolerance_s} s ago")
        if age_s < -self._tolerance_s:
            raise WebhookError("too_new", f"the callback was signed more than {self._tolerance_s} s ahead of this clock")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("a secret is `whsec_` and base64")
    return key


def _signature(key: bytes, signed: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
