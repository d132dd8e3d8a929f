from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewMember")


@_attrs_define
class NewMember:
    name: str
    """ What people call them. """
    phone: None | str | Unset = UNSET
    """ Their phone; it becomes their first device. """
    guest: bool | Unset = UNSET
    """ Has no account: an outside phone known as somebody's contact. """
    listed: bool | Unset = UNSET
    """ Others may find them by name; say so only of somebody who agreed. Not of a guest. """
    time_zone: None | str | Unset = UNSET
    """ Their time zone by its IANA name, by which their texting hours are kept. """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        guest = self.guest

        listed = self.listed

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if phone is not UNSET:
            field_dict["phone"] = phone
        if guest is not UNSET:
            field_dict["guest"] = guest
        if listed is not UNSET:
            field_dict["listed"] = listed
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        guest = d.pop("guest", UNSET)

        listed = d.pop("listed", UNSET)

        def _parse_time_zone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        time_zone = _parse_time_zone(d.pop("time_zone", UNSET))

        new_member = cls(
            name=name,
            phone=phone,
            guest=guest,
            listed=listed,
            time_zone=time_zone,
        )

        return new_member
