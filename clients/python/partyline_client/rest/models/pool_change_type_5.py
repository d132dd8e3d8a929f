from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.number_state import NumberState
from ..models.pool_change_type_5_change import PoolChangeType5Change

T = TypeVar("T", bound="PoolChangeType5")


@_attrs_define
class PoolChangeType5:
    """A number is new."""

    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    pool: str
    """ Its pool's name. """
    carrier: str
    """ Its carrier. """
    state: NumberState
    """ Whether a number takes part. """
    desk: bool
    """ Whether it is the desk. """
    hub: bool
    """ Whether it is a hub. """
    change: PoolChangeType5Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        pool = self.pool

        carrier = self.carrier

        state = self.state.value

        desk = self.desk

        hub = self.hub

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "pool": pool,
                "carrier": carrier,
                "state": state,
                "desk": desk,
                "hub": hub,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        pool = d.pop("pool")

        carrier = d.pop("carrier")

        state = NumberState(d.pop("state"))

        desk = d.pop("desk")

        hub = d.pop("hub")

        change = PoolChangeType5Change(d.pop("change"))

        pool_change_type_5 = cls(
            number=number,
            pool=pool,
            carrier=carrier,
            state=state,
            desk=desk,
            hub=hub,
            change=change,
        )

        pool_change_type_5.additional_properties = d
        return pool_change_type_5

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
