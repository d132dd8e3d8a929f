from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.event_kind import EventKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewEndpoint")


@_attrs_define
class NewEndpoint:
    url: str
    """ Where callbacks go: a whole http or https URL. """
    description: str | Unset = UNSET
    """ What it is for. """
    events: list[EventKind] | Unset = UNSET
    """ The kinds of events that it wants; all if empty or absent. """
    intercepts: bool | Unset = UNSET
    """ Is asked before a text is bridged. One endpoint of a community can be. """
    strangers: bool | Unset = UNSET
    """ Is asked about unknown senders. One endpoint of a community can be. """

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        description = self.description

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = []
            for events_item_data in self.events:
                events_item = events_item_data.value
                events.append(events_item)

        intercepts = self.intercepts

        strangers = self.strangers

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if events is not UNSET:
            field_dict["events"] = events
        if intercepts is not UNSET:
            field_dict["intercepts"] = intercepts
        if strangers is not UNSET:
            field_dict["strangers"] = strangers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        description = d.pop("description", UNSET)

        _events = d.pop("events", UNSET)
        events: list[EventKind] | Unset = UNSET
        if _events is not UNSET:
            events = []
            for events_item_data in _events:
                events_item = EventKind(events_item_data)

                events.append(events_item)

        intercepts = d.pop("intercepts", UNSET)

        strangers = d.pop("strangers", UNSET)

        new_endpoint = cls(
            url=url,
            description=description,
            events=events,
            intercepts=intercepts,
            strangers=strangers,
        )

        return new_endpoint
