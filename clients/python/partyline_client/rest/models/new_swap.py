from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewSwap")


@_attrs_define
class NewSwap:
    numbers: list[str] | None | Unset = UNSET
    """ The numbers that are to be empty. Give these, or `carrier`, or `region`. """
    carrier: None | str | Unset = UNSET
    """ Every number that leaves by this carrier, but the desk and hubs. """
    region: None | str | Unset = UNSET
    """ Every number of this country, but the desk and hubs. """
    overlap_s: int | None | Unset = UNSET
    """ Whole seconds for which an old number still leads to the contact; two weeks where it is left out. """
    notice: None | str | Unset = UNSET
    """ What phones are told from the new number; `{name}` and `{until}` stand for the contact's name and the day
    until
    which the old number works. As the policy `swap_notice` says where it is left out; null for nothing. """

    def to_dict(self) -> dict[str, Any]:
        numbers: list[str] | None | Unset
        if isinstance(self.numbers, Unset):
            numbers = UNSET
        elif isinstance(self.numbers, list):
            numbers = self.numbers

        else:
            numbers = self.numbers

        carrier: None | str | Unset
        if isinstance(self.carrier, Unset):
            carrier = UNSET
        else:
            carrier = self.carrier

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        overlap_s: int | None | Unset
        if isinstance(self.overlap_s, Unset):
            overlap_s = UNSET
        else:
            overlap_s = self.overlap_s

        notice: None | str | Unset
        if isinstance(self.notice, Unset):
            notice = UNSET
        else:
            notice = self.notice

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if numbers is not UNSET:
            field_dict["numbers"] = numbers
        if carrier is not UNSET:
            field_dict["carrier"] = carrier
        if region is not UNSET:
            field_dict["region"] = region
        if overlap_s is not UNSET:
            field_dict["overlap_s"] = overlap_s
        if notice is not UNSET:
            field_dict["notice"] = notice

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_numbers(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                numbers_type_0 = cast(list[str], data)

                return numbers_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        numbers = _parse_numbers(d.pop("numbers", UNSET))

        def _parse_carrier(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        carrier = _parse_carrier(d.pop("carrier", UNSET))

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_overlap_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        overlap_s = _parse_overlap_s(d.pop("overlap_s", UNSET))

        def _parse_notice(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notice = _parse_notice(d.pop("notice", UNSET))

        new_swap = cls(
            numbers=numbers,
            carrier=carrier,
            region=region,
            overlap_s=overlap_s,
            notice=notice,
        )

        return new_swap
