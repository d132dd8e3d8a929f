from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Needed")


@_attrs_define
class Needed:
    """How many numbers are needed so that nobody runs out."""

    in_days: int
    """ In how many days: 0, 30, 90 and 365. """
    numbers: int
    """ As many numbers, if contacts are made at the rate of the last 90 days. """
    at_most: int
    """ Hardly more than so many. """
    missing: int
    """ How many are missing. """
    missing_at_most: int
    """ Hardly more than so many are missing. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        in_days = self.in_days

        numbers = self.numbers

        at_most = self.at_most

        missing = self.missing

        missing_at_most = self.missing_at_most

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "in_days": in_days,
                "numbers": numbers,
                "at_most": at_most,
                "missing": missing,
                "missing_at_most": missing_at_most,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        in_days = d.pop("in_days")

        numbers = d.pop("numbers")

        at_most = d.pop("at_most")

        missing = d.pop("missing")

        missing_at_most = d.pop("missing_at_most")

        needed = cls(
            in_days=in_days,
            numbers=numbers,
            at_most=at_most,
            missing=missing,
            missing_at_most=missing_at_most,
        )

        needed.additional_properties = d
        return needed

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
