from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pool_change_type_1_change import PoolChangeType1Change

if TYPE_CHECKING:
    from ..models.field_change import FieldChange
    from ..models.policy import Policy


T = TypeVar("T", bound="PoolChangeType1")


@_attrs_define
class PoolChangeType1:
    """The community decides otherwise."""

    fields: list[FieldChange]
    """ What becomes different. """
    policy: Policy
    """ The policies of one community. """
    change: PoolChangeType1Change
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        fields = []
        for fields_item_data in self.fields:
            fields_item = fields_item_data.to_dict()
            fields.append(fields_item)

        policy = self.policy.to_dict()

        change = self.change.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fields": fields,
                "policy": policy,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.field_change import FieldChange  # noqa: PLC0415
        from ..models.policy import Policy  # noqa: PLC0415

        d = dict(src_dict)
        fields = []
        _fields = d.pop("fields")
        for fields_item_data in _fields:
            fields_item = FieldChange.from_dict(fields_item_data)

            fields.append(fields_item)

        policy = Policy.from_dict(d.pop("policy"))

        change = PoolChangeType1Change(d.pop("change"))

        pool_change_type_1 = cls(
            fields=fields,
            policy=policy,
            change=change,
        )

        pool_change_type_1.additional_properties = d
        return pool_change_type_1

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
