from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FillBand")


@_attrs_define
class FillBand:
    """Members whose tables are about as full."""

    from_percent: int
    """ From this share of the usable numbers, in percent. """
    to_percent: int
    """ To below this one; the last holds full tables, too. """
    members: int
    """ How many members. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from_percent = self.from_percent

        to_percent = self.to_percent

        members = self.members

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "from_percent": from_percent,
                "to_percent": to_percent,
                "members": members,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_percent = d.pop("from_percent")

        to_percent = d.pop("to_percent")

        members = d.pop("members")

        fill_band = cls(
            from_percent=from_percent,
            to_percent=to_percent,
            members=members,
        )

        fill_band.additional_properties = d
        return fill_band

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
