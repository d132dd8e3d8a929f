"""What the broker tells and asks, typed: events and questions, as callbacks and the event stream have them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .rest.models import (
    AssignmentCreatedEvent,
    AssignmentMovedEvent,
    AssignmentReleasedEvent,
    CallAnsweredEvent,
    CallEndedEvent,
    CallRingingEvent,
    EndpointTestEvent,
    MemberErasedEvent,
    MessageHeldEvent,
    MessageInterceptQuestion,
    MessageReceivedEvent,
    MessageStatusEvent,
    OptOutChangedEvent,
    QuarantineHeldEvent,
    StrangerCallingQuestion,
    StrangerNotConnectedEvent,
    StrangerUnknownQuestion,
    TableNearlyFullEvent,
)

Event = (
    MessageReceivedEvent
    | MessageStatusEvent
    | AssignmentCreatedEvent
    | AssignmentMovedEvent
    | AssignmentReleasedEvent
    | OptOutChangedEvent
    | QuarantineHeldEvent
    | MemberErasedEvent
    | TableNearlyFullEvent
    | MessageHeldEvent
    | CallRingingEvent
    | CallAnsweredEvent
    | CallEndedEvent
    | StrangerNotConnectedEvent
    | EndpointTestEvent
)
"""What happened."""

Question = MessageInterceptQuestion | StrangerUnknownQuestion | StrangerCallingQuestion
"""What an app is asked; the answer is the body of what it answers, such as `AllowAnswer("allow").to_dict()`."""


@dataclass(frozen=True)
class Unknown:
    """Something of a kind, or with a word in it, that came into the API after this client: leave it, or read it."""

    id: str
    """Of an event; a question has none."""
    type_: str
    data: Any
    body: dict[str, Any]
    """All of it."""


_READERS: dict[str, Callable[[dict[str, Any]], Event | Question]] = {
    "message.received": MessageReceivedEvent.from_dict,
    "message.status": MessageStatusEvent.from_dict,
    "assignment.created": AssignmentCreatedEvent.from_dict,
    "assignment.released": AssignmentReleasedEvent.from_dict,
    "assignment.moved": AssignmentMovedEvent.from_dict,
    "opt_out.changed": OptOutChangedEvent.from_dict,
    "quarantine.held": QuarantineHeldEvent.from_dict,
    "member.table_nearly_full": TableNearlyFullEvent.from_dict,
    "member.erased": MemberErasedEvent.from_dict,
    "message.held": MessageHeldEvent.from_dict,
    "call.ringing": CallRingingEvent.from_dict,
    "call.answered": CallAnsweredEvent.from_dict,
    "call.ended": CallEndedEvent.from_dict,
    "stranger.not_connected": StrangerNotConnectedEvent.from_dict,
    "endpoint.test": EndpointTestEvent.from_dict,
    "message.intercept": MessageInterceptQuestion.from_dict,
    "stranger.unknown": StrangerUnknownQuestion.from_dict,
    "stranger.calling": StrangerCallingQuestion.from_dict,
}


def read(body: dict[str, Any]) -> Event | Question | Unknown:
    """The body of a callback, or the data of an item of the stream, as what it is."""
    kind = body.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is not None:
        try:
            return reader(body)
        except (AttributeError, KeyError, TypeError, ValueError):
            pass  # A word that is newer than this client.
    return Unknown(str(body.get("id", "")), str(body.get("type", "")), body.get("data"), body)
