from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Unmanaged")


@_attrs_define
class Unmanaged:
    """What exists and is not in the file; of members and contacts the first thousand."""

    pools: list[str]
    """ Pools, by name. """
    campaigns: list[str]
    """ Campaigns, by name. """
    numbers: list[str]
    """ Numbers. """
    members: list[str]
    """ Members, by name and id. """
    contacts: list[str]
    """ Contacts, by both ids. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        pools = self.pools

        campaigns = self.campaigns

        numbers = self.numbers

        members = self.members

        contacts = self.contacts

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "pools": pools,
                "campaigns": campaigns,
                "numbers": numbers,
                "members": members,
                "contacts": contacts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pools = cast(list[str], d.pop("pools"))

        campaigns = cast(list[str], d.pop("campaigns"))

        numbers = cast(list[str], d.pop("numbers"))

        members = cast(list[str], d.pop("members"))

        contacts = cast(list[str], d.pop("contacts"))

        unmanaged = cls(
            pools=pools,
            campaigns=campaigns,
            numbers=numbers,
            members=members,
            contacts=contacts,
        )

        unmanaged.additional_properties = d
        return unmanaged

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
