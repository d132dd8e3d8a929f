from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.assignment_created_event import AssignmentCreatedEvent
    from ..models.assignment_moved_event import AssignmentMovedEvent
    from ..models.assignment_released_event import AssignmentReleasedEvent
    from ..models.call_answered_event import CallAnsweredEvent
    from ..models.call_ended_event import CallEndedEvent
    from ..models.call_ringing_event import CallRingingEvent
    from ..models.digest_counts import DigestCounts
    from ..models.digest_second import DigestSecond
    from ..models.endpoint_test_event import EndpointTestEvent
    from ..models.member_erased_event import MemberErasedEvent
    from ..models.message_held_event import MessageHeldEvent
    from ..models.message_received_event import MessageReceivedEvent
    from ..models.message_status_event import MessageStatusEvent
    from ..models.opt_out_changed_event import OptOutChangedEvent
    from ..models.quarantine_held_event import QuarantineHeldEvent
    from ..models.stranger_not_connected_event import StrangerNotConnectedEvent
    from ..models.table_nearly_full_event import TableNearlyFullEvent


T = TypeVar("T", bound="Digest")


@_attrs_define
class Digest:
    """What happened since the last digest, in short: the `data` of an event named `digest`."""

    counts: DigestCounts
    """ How much of each kind happened. """
    seconds: list[DigestSecond]
    """ How much in each second, oldest first; the last two minutes of it. """
    latest: list[
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
        | OptOutChangedEvent
        | QuarantineHeldEvent
        | StrangerNotConnectedEvent
        | TableNearlyFullEvent
    ]
    """ The latest events, oldest first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.assignment_created_event import AssignmentCreatedEvent  # noqa: PLC0415
        from ..models.assignment_moved_event import AssignmentMovedEvent  # noqa: PLC0415
        from ..models.assignment_released_event import AssignmentReleasedEvent  # noqa: PLC0415
        from ..models.call_answered_event import CallAnsweredEvent  # noqa: PLC0415
        from ..models.call_ended_event import CallEndedEvent  # noqa: PLC0415
        from ..models.call_ringing_event import CallRingingEvent  # noqa: PLC0415
        from ..models.member_erased_event import MemberErasedEvent  # noqa: PLC0415
        from ..models.message_held_event import MessageHeldEvent  # noqa: PLC0415
        from ..models.message_received_event import MessageReceivedEvent  # noqa: PLC0415
        from ..models.message_status_event import MessageStatusEvent  # noqa: PLC0415
        from ..models.opt_out_changed_event import OptOutChangedEvent  # noqa: PLC0415
        from ..models.quarantine_held_event import QuarantineHeldEvent  # noqa: PLC0415
        from ..models.stranger_not_connected_event import StrangerNotConnectedEvent  # noqa: PLC0415
        from ..models.table_nearly_full_event import TableNearlyFullEvent  # noqa: PLC0415

        counts = self.counts.to_dict()

        seconds = []
        for seconds_item_data in self.seconds:
            seconds_item = seconds_item_data.to_dict()
            seconds.append(seconds_item)

        latest = []
        for latest_item_data in self.latest:
            latest_item: dict[str, Any]
            if isinstance(latest_item_data, MessageReceivedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, MessageHeldEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, TableNearlyFullEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, MemberErasedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, MessageStatusEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, AssignmentCreatedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, AssignmentReleasedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, AssignmentMovedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, OptOutChangedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, QuarantineHeldEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, CallRingingEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, CallAnsweredEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, CallEndedEvent):
                latest_item = latest_item_data.to_dict()
            elif isinstance(latest_item_data, StrangerNotConnectedEvent):
                latest_item = latest_item_data.to_dict()
            else:
                latest_item = latest_item_data.to_dict()

            latest.append(latest_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "counts": counts,
                "seconds": seconds,
                "latest": latest,
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
        from ..models.digest_counts import DigestCounts  # noqa: PLC0415
        from ..models.digest_second import DigestSecond  # noqa: PLC0415
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
        counts = DigestCounts.from_dict(d.pop("counts"))

        seconds = []
        _seconds = d.pop("seconds")
        for seconds_item_data in _seconds:
            seconds_item = DigestSecond.from_dict(seconds_item_data)

            seconds.append(seconds_item)

        latest = []
        _latest = d.pop("latest")
        for latest_item_data in _latest:

            def _parse_latest_item(
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
                | OptOutChangedEvent
                | QuarantineHeldEvent
                | StrangerNotConnectedEvent
                | TableNearlyFullEvent
            ):
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_event_type_0 = MessageReceivedEvent.from_dict(
                        data
                    )

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
                    componentsschemas_event_type_2 = TableNearlyFullEvent.from_dict(
                        data
                    )

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
                    componentsschemas_event_type_5 = AssignmentCreatedEvent.from_dict(
                        data
                    )

                    return componentsschemas_event_type_5
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_event_type_6 = AssignmentReleasedEvent.from_dict(
                        data
                    )

                    return componentsschemas_event_type_6
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_event_type_7 = AssignmentMovedEvent.from_dict(
                        data
                    )

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
                    componentsschemas_event_type_13 = (
                        StrangerNotConnectedEvent.from_dict(data)
                    )

                    return componentsschemas_event_type_13
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_event_type_14 = EndpointTestEvent.from_dict(data)

                return componentsschemas_event_type_14

            latest_item = _parse_latest_item(latest_item_data)

            latest.append(latest_item)

        digest = cls(
            counts=counts,
            seconds=seconds,
            latest=latest,
        )

        digest.additional_properties = d
        return digest

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
