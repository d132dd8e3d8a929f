from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_7_change import PoolChangeType7Change

T = TypeVar("T", bound="PoolChangeType7")


@_attrs_define
class PoolChangeType7:
    """A member is new."""

    name: str
    """ What people call them. """
    phone: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    guest: bool
    """ Has no account. """
    listed: bool
    """ Whether others may find them by name. """
    change: PoolChangeType7Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        phone = self.phone

        guest = self.guest

        listed = self.listed

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "phone": phone,
                "guest": guest,
                "listed": listed,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        phone = d.pop("phone")

        guest = d.pop("guest")

        listed = d.pop("listed")

        change = PoolChangeType7Change(d.pop("change"))

        pool_change_type_7 = cls(
            name=name,
            phone=phone,
            guest=guest,
            listed=listed,
            change=change,
        )

        pool_change_type_7.additional_properties = d
        return pool_change_type_7

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
