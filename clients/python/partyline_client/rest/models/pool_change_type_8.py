from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_8_change import PoolChangeType8Change

T = TypeVar("T", bound="PoolChangeType8")


@_attrs_define
class PoolChangeType8:
    """A member has another name."""

    phone: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    from_: str
    """ As they are called now. """
    to: str
    """ As they will be. """
    change: PoolChangeType8Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        phone = self.phone

        from_ = self.from_

        to = self.to

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "phone": phone,
                "from": from_,
                "to": to,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        phone = d.pop("phone")

        from_ = d.pop("from")

        to = d.pop("to")

        change = PoolChangeType8Change(d.pop("change"))

        pool_change_type_8 = cls(
            phone=phone,
            from_=from_,
            to=to,
            change=change,
        )

        pool_change_type_8.additional_properties = d
        return pool_change_type_8

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
