from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.event_kind import EventKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="EndpointEdit")


@_attrs_define
class EndpointEdit:
    url: None | str | Unset = UNSET
    """ Another URL. """
    description: None | str | Unset = UNSET
    """ What it is for. """
    events: list[EventKind] | None | Unset = UNSET
    """ The kinds of events that it wants; all if empty. """
    intercepts: bool | None | Unset = UNSET
    """ Is asked before a text is bridged. """
    strangers: bool | None | Unset = UNSET
    """ Is asked about unknown senders. """
    enabled: bool | None | Unset = UNSET
    """ Takes callbacks. """

    def to_dict(self) -> dict[str, Any]:
        url: None | str | Unset
        if isinstance(self.url, Unset):
            url = UNSET
        else:
            url = self.url

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        events: list[str] | None | Unset
        if isinstance(self.events, Unset):
            events = UNSET
        elif isinstance(self.events, list):
            events = []
            for events_type_0_item_data in self.events:
                events_type_0_item = events_type_0_item_data.value
                events.append(events_type_0_item)

        else:
            events = self.events

        intercepts: bool | None | Unset
        if isinstance(self.intercepts, Unset):
            intercepts = UNSET
        else:
            intercepts = self.intercepts

        strangers: bool | None | Unset
        if isinstance(self.strangers, Unset):
            strangers = UNSET
        else:
            strangers = self.strangers

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if description is not UNSET:
            field_dict["description"] = description
        if events is not UNSET:
            field_dict["events"] = events
        if intercepts is not UNSET:
            field_dict["intercepts"] = intercepts
        if strangers is not UNSET:
            field_dict["strangers"] = strangers
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url = _parse_url(d.pop("url", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_events(data: object) -> list[EventKind] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                events_type_0 = []
                _events_type_0 = data
                for events_type_0_item_data in _events_type_0:
                    events_type_0_item = EventKind(events_type_0_item_data)

                    events_type_0.append(events_type_0_item)

                return events_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[EventKind] | None | Unset, data)

        events = _parse_events(d.pop("events", UNSET))

        def _parse_intercepts(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        intercepts = _parse_intercepts(d.pop("intercepts", UNSET))

        def _parse_strangers(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        strangers = _parse_strangers(d.pop("strangers", UNSET))

        def _parse_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        enabled = _parse_enabled(d.pop("enabled", UNSET))

        endpoint_edit = cls(
            url=url,
            description=description,
            events=events,
            intercepts=intercepts,
            strangers=strangers,
            enabled=enabled,
        )

        return endpoint_edit
