from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.changed_by import ChangedBy

T = TypeVar("T", bound="Block")


@_attrs_define
class Block:
    """Somebody whom a member blocks."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    by: ChangedBy
    """ The words for them. """
    since: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        contact = self.contact

        by = self.by.value

        since = self.since.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "by": by,
                "since": since,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        contact = d.pop("contact")

        by = ChangedBy(d.pop("by"))

        since = datetime.datetime.fromisoformat(d.pop("since"))

        block = cls(
            member=member,
            contact=contact,
            by=by,
            since=since,
        )

        block.additional_properties = d
        return block

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
