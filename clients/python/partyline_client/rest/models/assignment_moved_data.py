from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.contact import Contact


T = TypeVar("T", bound="AssignmentMovedData")


@_attrs_define
class AssignmentMovedData:
    """A pair has another number on one member's phones."""

    contact: Contact
    """ A contact as its owner has it. """
    former_number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    forwards_until: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    swap: str
    """ A swap: the moving of every pair off some numbers. The id is `swp_` and 13 letters and digits; ids sort by
    time. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        contact = self.contact.to_dict()

        former_number = self.former_number

        forwards_until = self.forwards_until.isoformat()

        swap = self.swap

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "contact": contact,
                "former_number": former_number,
                "forwards_until": forwards_until,
                "swap": swap,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact import Contact  # noqa: PLC0415

        d = dict(src_dict)
        contact = Contact.from_dict(d.pop("contact"))

        former_number = d.pop("former_number")

        forwards_until = datetime.datetime.fromisoformat(d.pop("forwards_until"))

        swap = d.pop("swap")

        assignment_moved_data = cls(
            contact=contact,
            former_number=former_number,
            forwards_until=forwards_until,
            swap=swap,
        )

        assignment_moved_data.additional_properties = d
        return assignment_moved_data

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
