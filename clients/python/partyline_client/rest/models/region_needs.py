from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.needed import Needed


T = TypeVar("T", bound="RegionNeeds")


@_attrs_define
class RegionNeeds:
    """What the members of one region need."""

    region: None | str
    """ The region of their phones; null for members without a phone, or of an unknown region. """
    members: int
    """ How many members. """
    usable: int
    """ Usable numbers of that region, or of none. """
    needed: list[Needed]
    """ Numbers of that region that are needed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        region: None | str
        region = self.region

        members = self.members

        usable = self.usable

        needed = []
        for needed_item_data in self.needed:
            needed_item = needed_item_data.to_dict()
            needed.append(needed_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "region": region,
                "members": members,
                "usable": usable,
                "needed": needed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.needed import Needed  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        members = d.pop("members")

        usable = d.pop("usable")

        needed = []
        _needed = d.pop("needed")
        for needed_item_data in _needed:
            needed_item = Needed.from_dict(needed_item_data)

            needed.append(needed_item)

        region_needs = cls(
            region=region,
            members=members,
            usable=usable,
            needed=needed,
        )

        region_needs.additional_properties = d
        return region_needs

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
