from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.device import Device


T = TypeVar("T", bound="Member")


@_attrs_define
class Member:
    """A member or guest."""

    id: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    name: str
    """ What people call them. """
    reference: None | str
    """ What they are called elsewhere, where an import said so. Null to keys of scope `app`: it may be anything, a
    phone too. """
    guest: bool
    """ Has no account: an outside phone known as somebody's contact. """
    listed: bool
    """ Others may find them by name. """
    time_zone: None | str
    """ Their time zone (IANA), by which their texting hours are kept; null: by their phone, or as the community has
    it. """
    devices: list[Device]
    """ Their devices, the one that texts go to first. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        reference: None | str
        reference = self.reference

        guest = self.guest

        listed = self.listed

        time_zone: None | str
        time_zone = self.time_zone

        devices = []
        for devices_item_data in self.devices:
            devices_item = devices_item_data.to_dict()
            devices.append(devices_item)

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "reference": reference,
                "guest": guest,
                "listed": listed,
                "time_zone": time_zone,
                "devices": devices,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.device import Device  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        guest = d.pop("guest")

        listed = d.pop("listed")

        def _parse_time_zone(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        time_zone = _parse_time_zone(d.pop("time_zone"))

        devices = []
        _devices = d.pop("devices")
        for devices_item_data in _devices:
            devices_item = Device.from_dict(devices_item_data)

            devices.append(devices_item)

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        member = cls(
            id=id,
            name=name,
            reference=reference,
            guest=guest,
            listed=listed,
            time_zone=time_zone,
            devices=devices,
            created_at=created_at,
        )

        member.additional_properties = d
        return member

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
