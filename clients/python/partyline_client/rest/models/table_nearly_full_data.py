from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TableNearlyFullData")


@_attrs_define
class TableNearlyFullData:
    """A member has nearly as many contacts as there are numbers: soon nobody more can add them, unless they are reached
    through a hub.

    """

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    taken: int
    """ How many of the numbers are taken for them: in use, cooling down, kept or stopped. """
    usable: int
    """ How many numbers there are for contacts. """
    overflow: bool
    """ Further people reach them through a hub, as long as there is one with a tag left. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        taken = self.taken

        usable = self.usable

        overflow = self.overflow

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "taken": taken,
                "usable": usable,
                "overflow": overflow,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        taken = d.pop("taken")

        usable = d.pop("usable")

        overflow = d.pop("overflow")

        table_nearly_full_data = cls(
            member=member,
            taken=taken,
            usable=usable,
            overflow=overflow,
        )

        table_nearly_full_data.additional_properties = d
        return table_nearly_full_data

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
