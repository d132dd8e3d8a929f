from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_10_change import PoolChangeType10Change

T = TypeVar("T", bound="PoolChangeType10")


@_attrs_define
class PoolChangeType10:
    """Somebody chooses somebody."""

    member: str
    """ Who chooses, by name. """
    contact: str
    """ Who is chosen, by name. """
    member_phone: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    contact_phone: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    change: PoolChangeType10Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        contact = self.contact

        member_phone = self.member_phone

        contact_phone = self.contact_phone

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "member_phone": member_phone,
                "contact_phone": contact_phone,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        contact = d.pop("contact")

        member_phone = d.pop("member_phone")

        contact_phone = d.pop("contact_phone")

        change = PoolChangeType10Change(d.pop("change"))

        pool_change_type_10 = cls(
            member=member,
            contact=contact,
            member_phone=member_phone,
            contact_phone=contact_phone,
            change=change,
        )

        pool_change_type_10.additional_properties = d
        return pool_change_type_10

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
