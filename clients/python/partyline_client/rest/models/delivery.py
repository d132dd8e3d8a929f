from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_state import DeliveryState
from ..models.event_kind import EventKind

T = TypeVar("T", bound="Delivery")


@_attrs_define
class Delivery:
    """A delivery of an event to an endpoint."""

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
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
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
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
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

        delivery = cls(
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
        )

        delivery.additional_properties = d
        return delivery

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
