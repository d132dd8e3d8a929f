from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Needed")


@_attrs_define
class Needed:
    """How many numbers are needed so that nobody runs out."""

    in_days: int
    """ In how many days: 0, 30, 90 and 365. """
    numbers: int | None
    """ As many numbers as the largest table takes then, if contacts are made at the rate of the last 90 days. Null
    where
    that cannot be foreseen: most members have too little history, or the one with the largest table. """
    at_most: int | None
    """ Hardly any one member will need more: the largest of the members' own bounds. Of very many members, one may.
    """
    missing: int | None
    """ How many are missing. """
    missing_at_most: int | None
    """ How many are missing to `at_most`. """
    without_history: int
    """ Members who have too little history to be reckoned with. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        in_days = self.in_days

        numbers: int | None
        numbers = self.numbers

        at_most: int | None
        at_most = self.at_most

        missing: int | None
        missing = self.missing

        missing_at_most: int | None
        missing_at_most = self.missing_at_most

        without_history = self.without_history

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "in_days": in_days,
                "numbers": numbers,
                "at_most": at_most,
                "missing": missing,
                "missing_at_most": missing_at_most,
                "without_history": without_history,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        in_days = d.pop("in_days")

        def _parse_numbers(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        numbers = _parse_numbers(d.pop("numbers"))

        def _parse_at_most(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        at_most = _parse_at_most(d.pop("at_most"))

        def _parse_missing(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        missing = _parse_missing(d.pop("missing"))

        def _parse_missing_at_most(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        missing_at_most = _parse_missing_at_most(d.pop("missing_at_most"))

        without_history = d.pop("without_history")

        needed = cls(
            in_days=in_days,
            numbers=numbers,
            at_most=at_most,
            missing=missing,
            missing_at_most=missing_at_most,
            without_history=without_history,
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
