from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.device import Device
    from ..models.former_owner import FormerOwner
    from ..models.phone_conflict import PhoneConflict


T = TypeVar("T", bound="PhoneChange")


@_attrs_define
class PhoneChange:
    """A phone in the place of another."""

    applied: bool
    """ Whether it was done; false of a dry run. """
    settled: bool
    """ Whether nothing stands against it: every conflict is settled. """
    device: Device
    """ A device of a member: a phone, or the app in which they read. """
    kept: int
    """ Contacts that keep their numbers. """
    conflicts: list[PhoneConflict]
    """ Contacts that cannot. """
    owner: FormerOwner | None
    """ Whose phone it was. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.former_owner import FormerOwner  # noqa: PLC0415

        applied = self.applied

        settled = self.settled

        device = self.device.to_dict()

        kept = self.kept

        conflicts = []
        for conflicts_item_data in self.conflicts:
            conflicts_item = conflicts_item_data.to_dict()
            conflicts.append(conflicts_item)

        owner: dict[str, Any] | None
        if isinstance(self.owner, FormerOwner):
            owner = self.owner.to_dict()
        else:
            owner = self.owner

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "applied": applied,
                "settled": settled,
                "device": device,
                "kept": kept,
                "conflicts": conflicts,
                "owner": owner,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.device import Device  # noqa: PLC0415
        from ..models.former_owner import FormerOwner  # noqa: PLC0415
        from ..models.phone_conflict import PhoneConflict  # noqa: PLC0415

        d = dict(src_dict)
        applied = d.pop("applied")

        settled = d.pop("settled")

        device = Device.from_dict(d.pop("device"))

        kept = d.pop("kept")

        conflicts = []
        _conflicts = d.pop("conflicts")
        for conflicts_item_data in _conflicts:
            conflicts_item = PhoneConflict.from_dict(conflicts_item_data)

            conflicts.append(conflicts_item)

        def _parse_owner(data: object) -> FormerOwner | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                owner_type_1 = FormerOwner.from_dict(data)

                return owner_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FormerOwner | None, data)

        owner = _parse_owner(d.pop("owner"))

        phone_change = cls(
            applied=applied,
            settled=settled,
            device=device,
            kept=kept,
            conflicts=conflicts,
            owner=owner,
        )

        phone_change.additional_properties = d
        return phone_change

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
