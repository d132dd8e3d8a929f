from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.added_numbers import AddedNumbers


T = TypeVar("T", bound="CapacityChange")


@_attrs_define
class CapacityChange:
    add_numbers: list[AddedNumbers] | Unset = UNSET
    """ Numbers that are added. """
    more_contacts: int | Unset = UNSET
    """ So many contacts more for everybody. """
    retire: list[str] | Unset = UNSET
    """ Numbers that take no new pairs any more, and keep those that they have. """

    def to_dict(self) -> dict[str, Any]:
        add_numbers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.add_numbers, Unset):
            add_numbers = []
            for add_numbers_item_data in self.add_numbers:
                add_numbers_item = add_numbers_item_data.to_dict()
                add_numbers.append(add_numbers_item)

        more_contacts = self.more_contacts

        retire: list[str] | Unset = UNSET
        if not isinstance(self.retire, Unset):
            retire = self.retire

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if add_numbers is not UNSET:
            field_dict["add_numbers"] = add_numbers
        if more_contacts is not UNSET:
            field_dict["more_contacts"] = more_contacts
        if retire is not UNSET:
            field_dict["retire"] = retire

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.added_numbers import AddedNumbers  # noqa: PLC0415

        d = dict(src_dict)
        _add_numbers = d.pop("add_numbers", UNSET)
        add_numbers: list[AddedNumbers] | Unset = UNSET
        if _add_numbers is not UNSET:
            add_numbers = []
            for add_numbers_item_data in _add_numbers:
                add_numbers_item = AddedNumbers.from_dict(add_numbers_item_data)

                add_numbers.append(add_numbers_item)

        more_contacts = d.pop("more_contacts", UNSET)

        retire = cast(list[str], d.pop("retire", UNSET))

        capacity_change = cls(
            add_numbers=add_numbers,
            more_contacts=more_contacts,
            retire=retire,
        )

        return capacity_change
