from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="HubContact")


@_attrs_define
class HubContact:
    """Somebody known to nearly as many people as there are numbers, or to more."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    name: str
    """ What people call them. """
    contacts: int
    """ How many contacts they have. """
    on_hubs: int
    """ Of those, how many reach them through hubs, each by a tag. """
    usable: int
    """ How many numbers there are for contacts. """
    free: int
    """ Of those, how many are free for another contact of theirs. """
    warned_at: datetime.datetime | None
    """ When apps were last told that the table is nearly full. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        name = self.name

        contacts = self.contacts

        on_hubs = self.on_hubs

        usable = self.usable

        free = self.free

        warned_at: None | str
        if isinstance(self.warned_at, datetime.datetime):
            warned_at = self.warned_at.isoformat()
        else:
            warned_at = self.warned_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "name": name,
                "contacts": contacts,
                "on_hubs": on_hubs,
                "usable": usable,
                "free": free,
                "warned_at": warned_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        name = d.pop("name")

        contacts = d.pop("contacts")

        on_hubs = d.pop("on_hubs")

        usable = d.pop("usable")

        free = d.pop("free")

        def _parse_warned_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                warned_at_type_1 = datetime.datetime.fromisoformat(data)

                return warned_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        warned_at = _parse_warned_at(d.pop("warned_at"))

        hub_contact = cls(
            member=member,
            name=name,
            contacts=contacts,
            on_hubs=on_hubs,
            usable=usable,
            free=free,
            warned_at=warned_at,
        )

        hub_contact.additional_properties = d
        return hub_contact

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
