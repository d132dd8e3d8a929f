from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OptOutChangedData")


@_attrs_define
class OptOutChangedData:
    """A phone stopped something, or allows it again."""

    member: None | str
    """ Whose phone it was, if a member's. """
    contact: None | str
    """ Which contact; null for all, or for a number that stands for nobody. """
    all_: bool
    """ It was STOPALL, or the START that ends it. """
    opted_out: bool
    """ Stopped, or allowed again. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member: None | str
        member = self.member

        contact: None | str
        contact = self.contact

        all_ = self.all_

        opted_out = self.opted_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "all": all_,
                "opted_out": opted_out,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        member = _parse_member(d.pop("member"))

        def _parse_contact(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contact = _parse_contact(d.pop("contact"))

        all_ = d.pop("all")

        opted_out = d.pop("opted_out")

        opt_out_changed_data = cls(
            member=member,
            contact=contact,
            all_=all_,
            opted_out=opted_out,
        )

        opt_out_changed_data.additional_properties = d
        return opt_out_changed_data

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
