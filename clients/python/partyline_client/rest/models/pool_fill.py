from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PoolFill")


@_attrs_define
class PoolFill:
    """A pool, as full and as busy as it is."""

    id: str
    """ A pool of numbers. The id is `pool_` and 13 letters and digits; ids sort by time. """
    name: str
    """ What people call it. """
    numbers: int
    """ How many numbers it has. """
    usable: int
    """ Of them, those that take new pairs and are neither desk nor hub. """
    assignments: int
    """ In how many assignments its numbers stand. """
    plenty: int
    """ How many of its usable numbers have plenty of room for more traffic. """
    little: int
    """ How many are near a cap, or have a long queue. """
    none: int
    """ How many send nothing more today. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        numbers = self.numbers

        usable = self.usable

        assignments = self.assignments

        plenty = self.plenty

        little = self.little

        none = self.none

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "numbers": numbers,
                "usable": usable,
                "assignments": assignments,
                "plenty": plenty,
                "little": little,
                "none": none,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        numbers = d.pop("numbers")

        usable = d.pop("usable")

        assignments = d.pop("assignments")

        plenty = d.pop("plenty")

        little = d.pop("little")

        none = d.pop("none")

        pool_fill = cls(
            id=id,
            name=name,
            numbers=numbers,
            usable=usable,
            assignments=assignments,
            plenty=plenty,
            little=little,
            none=none,
        )

        pool_fill.additional_properties = d
        return pool_fill

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
