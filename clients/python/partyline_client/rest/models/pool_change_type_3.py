from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_3_change import PoolChangeType3Change

T = TypeVar("T", bound="PoolChangeType3")


@_attrs_define
class PoolChangeType3:
    """A campaign is new."""

    name: str
    """ Its name. """
    rate_per_s: float
    """ Texts a second; 0 = no limit. """
    texts_per_day: int
    """ Texts a day; 0 = no limit. """
    change: PoolChangeType3Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        rate_per_s = self.rate_per_s

        texts_per_day = self.texts_per_day

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "rate_per_s": rate_per_s,
                "texts_per_day": texts_per_day,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        rate_per_s = d.pop("rate_per_s")

        texts_per_day = d.pop("texts_per_day")

        change = PoolChangeType3Change(d.pop("change"))

        pool_change_type_3 = cls(
            name=name,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
            change=change,
        )

        pool_change_type_3.additional_properties = d
        return pool_change_type_3

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
