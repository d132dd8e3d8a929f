from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="HeldMessage")


@_attrs_define
class HeldMessage:
    """A text that waits; never what it says."""

    id: str
    """ A message. The id is `msg_` and 13 letters and digits; ids sort by time. """
    from_: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    until: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    expires_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        from_ = self.from_

        to = self.to

        until = self.until.isoformat()

        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "from": from_,
                "to": to,
                "until": until,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        from_ = d.pop("from")

        to = d.pop("to")

        until = datetime.datetime.fromisoformat(d.pop("until"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        held_message = cls(
            id=id,
            from_=from_,
            to=to,
            until=until,
            expires_at=expires_at,
        )

        held_message.additional_properties = d
        return held_message

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
