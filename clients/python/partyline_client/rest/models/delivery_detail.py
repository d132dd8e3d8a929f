from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_state import DeliveryState
from ..models.event_kind import EventKind

if TYPE_CHECKING:
    from ..models.assignment_created_event import AssignmentCreatedEvent
    from ..models.assignment_moved_event import AssignmentMovedEvent
    from ..models.assignment_released_event import AssignmentReleasedEvent
    from ..models.call_answered_event import CallAnsweredEvent
    from ..models.call_ended_event import CallEndedEvent
    from ..models.call_ringing_event import CallRingingEvent
    from ..models.delivery_attempt import DeliveryAttempt
    from ..models.endpoint_test_event import EndpointTestEvent
    from ..models.member_erased_event import MemberErasedEvent
    from ..models.message_held_event import MessageHeldEvent
    from ..models.message_received_event import MessageReceivedEvent
    from ..models.message_status_event import MessageStatusEvent
    from ..models.opt_out_changed_event import OptOutChangedEvent
    from ..models.quarantine_held_event import QuarantineHeldEvent
    from ..models.stranger_not_connected_event import StrangerNotConnectedEvent
    from ..models.table_nearly_full_event import TableNearlyFullEvent


T = TypeVar("T", bound="DeliveryDetail")


@_attrs_define
class DeliveryDetail:
    """A delivery with its tries and what it tells."""

    id: str
    """ A delivery of an event to an endpoint. The id is `dlv_` and 13 letters and digits; ids sort by time. """
    endpoint: str
    """ A callback endpoint of an app. The id is `end_` and 13 letters and digits; ids sort by time. """
    event: str
    """ An event, as apps are told of it. The id is `evt_` and 13 letters and digits; ids sort by time. """
    type_: EventKind
    """ The kind of an event: the `type` of a callback. """
    state: DeliveryState
    """ Where a delivery stands. """
    attempts: int
    """ Tries so far. """
    due_at: datetime.datetime | None
    """ When the next try is due, while it is pending. """
    last_status: int | None
    """ The HTTP status of the last answer. """
    last_error: None | str
    """ What was wrong with the last try. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    finished_at: datetime.datetime | None
    """ When it was delivered or given up. """
    body: (
        AssignmentCreatedEvent
        | AssignmentMovedEvent
        | AssignmentReleasedEvent
        | CallAnsweredEvent
        | CallEndedEvent
        | CallRingingEvent
        | EndpointTestEvent
        | MemberErasedEvent
        | MessageHeldEvent
        | MessageReceivedEvent
        | MessageStatusEvent
        | None
        | OptOutChangedEvent
        | QuarantineHeldEvent
        | StrangerNotConnectedEvent
        | TableNearlyFullEvent
    )
    """ The body, while the event is kept. """
    tries: list[DeliveryAttempt]
    """ The tries that are kept, oldest first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.assignment_created_event import AssignmentCreatedEvent  # noqa: PLC0415
        from ..models.assignment_moved_event import AssignmentMovedEvent  # noqa: PLC0415
        from ..models.assignment_released_event import AssignmentReleasedEvent  # noqa: PLC0415
        from ..models.call_answered_event import CallAnsweredEvent  # noqa: PLC0415
        from ..models.call_ended_event import CallEndedEvent  # noqa: PLC0415
        from ..models.call_ringing_event import CallRingingEvent  # noqa: PLC0415
        from ..models.endpoint_test_event import EndpointTestEvent  # noqa: PLC0415
        from ..models.member_erased_event import MemberErasedEvent  # noqa: PLC0415
        from ..models.message_held_event import MessageHeldEvent  # noqa: PLC0415
        from ..models.message_received_event import MessageReceivedEvent  # noqa: PLC0415
        from ..models.message_status_event import MessageStatusEvent  # noqa: PLC0415
        from ..models.opt_out_changed_event import OptOutChangedEvent  # noqa: PLC0415
        from ..models.quarantine_held_event import QuarantineHeldEvent  # noqa: PLC0415
        from ..models.stranger_not_connected_event import StrangerNotConnectedEvent  # noqa: PLC0415
        from ..models.table_nearly_full_event import TableNearlyFullEvent  # noqa: PLC0415

        id = self.id

        endpoint = self.endpoint

        event = self.event

        type_ = self.type_.value

        state = self.state.value

        attempts = self.attempts

        due_at: None | str
        if isinstance(self.due_at, datetime.datetime):
            due_at = self.due_at.isoformat()
        else:
            due_at = self.due_at

        last_status: int | None
        last_status = self.last_status

        last_error: None | str
        last_error = self.last_error

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        body: dict[str, Any] | None
        if isinstance(self.body, MessageReceivedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, MessageHeldEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, TableNearlyFullEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, MemberErasedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, MessageStatusEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, AssignmentCreatedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, AssignmentReleasedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, AssignmentMovedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, OptOutChangedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, QuarantineHeldEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, CallRingingEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, CallAnsweredEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, CallEndedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, StrangerNotConnectedEvent):
            body = self.body.to_dict()
        elif isinstance(self.body, EndpointTestEvent):
            body = self.body.to_dict()
        else:
            body = self.body

        tries = []
        for tries_item_data in self.tries:
            tries_item = tries_item_data.to_dict()
            tries.append(tries_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "endpoint": endpoint,
                "event": event,
                "type": type_,
                "state": state,
                "attempts": attempts,
                "due_at": due_at,
                "last_status": last_status,
                "last_error": last_error,
                "created_at": created_at,
                "finished_at": finished_at,
                "body": body,
                "tries": tries,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.assignment_created_event import AssignmentCreatedEvent  # noqa: PLC0415
        from ..models.assignment_moved_event import AssignmentMovedEvent  # noqa: PLC0415
        from ..models.assignment_released_event import AssignmentReleasedEvent  # noqa: PLC0415
        from ..models.call_answered_event import CallAnsweredEvent  # noqa: PLC0415
        from ..models.call_ended_event import CallEndedEvent  # noqa: PLC0415
        from ..models.call_ringing_event import CallRingingEvent  # noqa: PLC0415
        from ..models.delivery_attempt import DeliveryAttempt  # noqa: PLC0415
        from ..models.endpoint_test_event import EndpointTestEvent  # noqa: PLC0415
        from ..models.member_erased_event import MemberErasedEvent  # noqa: PLC0415
        from ..models.message_held_event import MessageHeldEvent  # noqa: PLC0415
        from ..models.message_received_event import MessageReceivedEvent  # noqa: PLC0415
        from ..models.message_status_event import MessageStatusEvent  # noqa: PLC0415
        from ..models.opt_out_changed_event import OptOutChangedEvent  # noqa: PLC0415
        from ..models.quarantine_held_event import QuarantineHeldEvent  # noqa: PLC0415
        from ..models.stranger_not_connected_event import StrangerNotConnectedEvent  # noqa: PLC0415
        from ..models.table_nearly_full_event import TableNearlyFullEvent  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        endpoint = d.pop("endpoint")

        event = d.pop("event")

        type_ = EventKind(d.pop("type"))

        state = DeliveryState(d.pop("state"))

        attempts = d.pop("attempts")

        def _parse_due_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                due_at_type_1 = datetime.datetime.fromisoformat(data)

                return due_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        due_at = _parse_due_at(d.pop("due_at"))

        def _parse_last_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        last_status = _parse_last_status(d.pop("last_status"))

        def _parse_last_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_error = _parse_last_error(d.pop("last_error"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_1 = datetime.datetime.fromisoformat(data)

                return finished_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_body(
            data: object,
        ) -> (
            AssignmentCreatedEvent
            | AssignmentMovedEvent
            | AssignmentReleasedEvent
            | CallAnsweredEvent
            | CallEndedEvent
            | CallRingingEvent
            | EndpointTestEvent
            | MemberErasedEvent
            | MessageHeldEvent
            | MessageReceivedEvent
            | MessageStatusEvent
            | None
            | OptOutChangedEvent
            | QuarantineHeldEvent
            | StrangerNotConnectedEvent
            | TableNearlyFullEvent
        ):
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_0 = MessageReceivedEvent.from_dict(data)

                return componentsschemas_event_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_1 = MessageHeldEvent.from_dict(data)

                return componentsschemas_event_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_2 = TableNearlyFullEvent.from_dict(data)

                return componentsschemas_event_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_3 = MemberErasedEvent.from_dict(data)

                return componentsschemas_event_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_4 = MessageStatusEvent.from_dict(data)

                return componentsschemas_event_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_5 = AssignmentCreatedEvent.from_dict(data)

                return componentsschemas_event_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_6 = AssignmentReleasedEvent.from_dict(data)

                return componentsschemas_event_type_6
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_7 = AssignmentMovedEvent.from_dict(data)

                return componentsschemas_event_type_7
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_8 = OptOutChangedEvent.from_dict(data)

                return componentsschemas_event_type_8
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_9 = QuarantineHeldEvent.from_dict(data)

                return componentsschemas_event_type_9
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_10 = CallRingingEvent.from_dict(data)

                return componentsschemas_event_type_10
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_11 = CallAnsweredEvent.from_dict(data)

                return componentsschemas_event_type_11
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_12 = CallEndedEvent.from_dict(data)

                return componentsschemas_event_type_12
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_13 = StrangerNotConnectedEvent.from_dict(
                    data
                )

                return componentsschemas_event_type_13
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_14 = EndpointTestEvent.from_dict(data)

                return componentsschemas_event_type_14
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                AssignmentCreatedEvent
                | AssignmentMovedEvent
                | AssignmentReleasedEvent
                | CallAnsweredEvent
                | CallEndedEvent
                | CallRingingEvent
                | EndpointTestEvent
                | MemberErasedEvent
                | MessageHeldEvent
                | MessageReceivedEvent
                | MessageStatusEvent
                | None
                | OptOutChangedEvent
                | QuarantineHeldEvent
                | StrangerNotConnectedEvent
                | TableNearlyFullEvent,
                data,
            )

        body = _parse_body(d.pop("body"))

        tries = []
        _tries = d.pop("tries")
        for tries_item_data in _tries:
            tries_item = DeliveryAttempt.from_dict(tries_item_data)

            tries.append(tries_item)

        delivery_detail = cls(
            id=id,
            endpoint=endpoint,
            event=event,
            type_=type_,
            state=state,
            attempts=attempts,
            due_at=due_at,
            last_status=last_status,
            last_error=last_error,
            created_at=created_at,
            finished_at=finished_at,
            body=body,
            tries=tries,
        )

        delivery_detail.additional_properties = d
        return delivery_detail

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
