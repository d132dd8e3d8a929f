from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.capacity import Capacity


T = TypeVar("T", bound="CapacityWhatIf")


@_attrs_define
class CapacityWhatIf:
    """What a change would bring. Nothing was written."""

    before: Capacity
    """ How far a community's numbers go. """
    after: Capacity
    """ How far a community's numbers go. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        before = self.before.to_dict()

        after = self.after.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "before": before,
                "after": after,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.capacity import Capacity  # noqa: PLC0415

        d = dict(src_dict)
        before = Capacity.from_dict(d.pop("before"))

        after = Capacity.from_dict(d.pop("after"))

        capacity_what_if = cls(
            before=before,
            after=after,
        )

        capacity_what_if.additional_properties = d
        return capacity_what_if

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
