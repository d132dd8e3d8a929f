from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="VerificationCounts")


@_attrs_define
class VerificationCounts:
    """How much was looked at."""

    communities: int
    """ Communities. """
    numbers: int
    """ Pool numbers, removed ones too. """
    members: int
    """ Members. """
    devices: int
    """ Devices. """
    assignments: int
    """ Assignments. """
    releases: int
    """ What members' numbers last stood for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        communities = self.communities

        numbers = self.numbers

        members = self.members

        devices = self.devices

        assignments = self.assignments

        releases = self.releases

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "communities": communities,
                "numbers": numbers,
                "members": members,
                "devices": devices,
                "assignments": assignments,
                "releases": releases,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        communities = d.pop("communities")

        numbers = d.pop("numbers")

        members = d.pop("members")

        devices = d.pop("devices")

        assignments = d.pop("assignments")

        releases = d.pop("releases")

        verification_counts = cls(
            communities=communities,
            numbers=numbers,
            members=members,
            devices=devices,
            assignments=assignments,
            releases=releases,
        )

        verification_counts.additional_properties = d
        return verification_counts

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
