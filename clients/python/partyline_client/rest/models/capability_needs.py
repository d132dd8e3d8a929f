from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.capability import Capability

if TYPE_CHECKING:
    from ..models.needed import Needed


T = TypeVar("T", bound="CapabilityNeeds")


@_attrs_define
class CapabilityNeeds:
    """What contacts need of a capability."""

    capability: Capability
    """ What a pool number can carry. """
    required: bool
    """ A contact cannot be made without. """
    usable: int
    """ Active numbers that have it. """
    needed: list[Needed]
    """ Numbers with it that are needed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        capability = self.capability.value

        required = self.required

        usable = self.usable

        needed = []
        for needed_item_data in self.needed:
            needed_item = needed_item_data.to_dict()
            needed.append(needed_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "capability": capability,
                "required": required,
                "usable": usable,
                "needed": needed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.needed import Needed  # noqa: PLC0415

        d = dict(src_dict)
        capability = Capability(d.pop("capability"))

        required = d.pop("required")

        usable = d.pop("usable")

        needed = []
        _needed = d.pop("needed")
        for needed_item_data in _needed:
            needed_item = Needed.from_dict(needed_item_data)

            needed.append(needed_item)

        capability_needs = cls(
            capability=capability,
            required=required,
            usable=usable,
            needed=needed,
        )

        capability_needs.additional_properties = d
        return capability_needs

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
