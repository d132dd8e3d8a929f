from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_0_change import PoolChangeType0Change

if TYPE_CHECKING:
    from ..models.policy import Policy


T = TypeVar("T", bound="PoolChangeType0")


@_attrs_define
class PoolChangeType0:
    """The community is new."""

    name: str
    """ Its name. """
    policy: Policy
    """ The policies of one community. """
    change: PoolChangeType0Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        policy = self.policy.to_dict()

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "policy": policy,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.policy import Policy  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        policy = Policy.from_dict(d.pop("policy"))

        change = PoolChangeType0Change(d.pop("change"))

        pool_change_type_0 = cls(
            name=name,
            policy=policy,
            change=change,
        )

        pool_change_type_0.additional_properties = d
        return pool_change_type_0

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
