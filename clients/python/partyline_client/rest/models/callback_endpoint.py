from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.callback_endpoint_state import CallbackEndpointState
from ..models.event_kind import EventKind

T = TypeVar("T", bound="CallbackEndpoint")


@_attrs_define
class CallbackEndpoint:
    """An endpoint, without its secrets."""

    id: str
    """ A callback endpoint of an app. The id is `end_` and 13 letters and digits; ids sort by time. """
    app: None | str
    """ The app whose key made it, if one did. """
    url: str
    """ Where callbacks go. """
    description: str
    """ What it is for. """
    events: list[EventKind]
    """ The kinds of events that it wants; empty means all. """
    intercepts: bool
    """ Is asked before a text is bridged. """
    strangers: bool
    """ Is asked about unknown senders. """
    state: CallbackEndpointState
    """ `active` or `disabled`. """
    disabled_reason: None | str
    """ Why it is disabled. """
    failures: int
    """ Tries that failed since the last success. """
    open_until: datetime.datetime | None
    """ While the breaker is open: when it is tried again. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    updated_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        app: None | str
        app = self.app

        url = self.url

        description = self.description

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.value
            events.append(events_item)

        intercepts = self.intercepts

        strangers = self.strangers

        state = self.state.value

        disabled_reason: None | str
        disabled_reason = self.disabled_reason

        failures = self.failures

        open_until: None | str
        if isinstance(self.open_until, datetime.datetime):
            open_until = self.open_until.isoformat()
        else:
            open_until = self.open_until

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "app": app,
                "url": url,
                "description": description,
                "events": events,
                "intercepts": intercepts,
                "strangers": strangers,
                "state": state,
                "disabled_reason": disabled_reason,
                "failures": failures,
                "open_until": open_until,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_app(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        app = _parse_app(d.pop("app"))

        url = d.pop("url")

        description = d.pop("description")

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = EventKind(events_item_data)

            events.append(events_item)

        intercepts = d.pop("intercepts")

        strangers = d.pop("strangers")

        state = CallbackEndpointState(d.pop("state"))

        def _parse_disabled_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        disabled_reason = _parse_disabled_reason(d.pop("disabled_reason"))

        failures = d.pop("failures")

        def _parse_open_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                open_until_type_1 = datetime.datetime.fromisoformat(data)

                return open_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        open_until = _parse_open_until(d.pop("open_until"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        callback_endpoint = cls(
            id=id,
            app=app,
            url=url,
            description=description,
            events=events,
            intercepts=intercepts,
            strangers=strangers,
            state=state,
            disabled_reason=disabled_reason,
            failures=failures,
            open_until=open_until,
            created_at=created_at,
            updated_at=updated_at,
        )

        callback_endpoint.additional_properties = d
        return callback_endpoint

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
