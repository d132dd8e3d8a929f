"""The event stream: what happens in a community, each event once, over as many connections as it takes."""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

from .told import Event, Question, Unknown, read

# The broker says something every 15 seconds; a stream that is silent for longer than this is dead.
SILENCE_S = 45.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


class EventStreamError(Exception):
    """The broker does not give the stream, and would not if asked again."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', '')}")
        self.status = status
        self.problem = problem


def stream_events(
    base_url: str,
    token: str,
    *,
    community: str | None = None,
    types: Iterable[str] = (),
    after: str | None = None,
    client: httpx.Client | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event | Question | Unknown]:
    """Yields events for ever, and connects again where it was interrupted.

    `after` is the id of the last event that was dealt with: what came since is told first. Without it the stream
    begins now. A key of scope `admin` must name the `community`. Close the iterator to end the stream.
    """
    params = {"community": community, "types": ",".join(types)}
    params = {name: value for name, value in params.items() if value}
    own = client or httpx.Client(timeout=httpx.Timeout(10.0, read=SILENCE_S))
    pause_s = FIRST_PAUSE_S
    try:
        while True:
            headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
            if after:
                headers["Last-Event-ID"] = after
            wait_s: float | None = None
            try:
                url = base_url.rstrip("/") + "/v1/events"
                with own.stream("GET", url, params=params, headers=headers) as answer:
                    if answer.status_code != 200:
                        wait_s = _wait_or_raise(answer)
                    else:
                        for ident, data in _messages(_lines(answer.iter_bytes())):
                            after, pause_s = ident or after, FIRST_PAUSE_S
                            yield read(json.loads(data))
            except httpx.TransportError:
                pass  # Lost, late or cut short: connect again.
            sleep(wait_s if wait_s is not None else pause_s * random.uniform(0.5, 1.0))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    finally:
        if client is None:
            own.close()


def _wait_or_raise(answer: httpx.Response) -> float | None:
    """For how long to wait as the broker asks, if asking again makes sense at all."""
    status = answer.status_code
    if status in (408, 429) or status >= 500:
        wait = answer.headers.get("retry-after", "")
        return min(float(wait), 3600.0) if wait.isdigit() else None
    try:
        problem = json.loads(answer.read())
    except ValueError:
        problem = {}
    raise EventStreamError(status, problem if isinstance(problem, dict) else {})


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines. `iter_lines` would also divide at the Unicode line ends that a text may hold."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()


def _messages(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The id and data of each whole message of a stream of server-sent events."""
    ident, data = "", []
    for line in lines:
        if not line:
            if data:
                yield ident, "\n".join(data)
            ident, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "id":
            ident = value
