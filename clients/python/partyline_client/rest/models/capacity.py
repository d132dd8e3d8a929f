from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.capability_needs import CapabilityNeeds
    from ..models.fill_band import FillBand
    from ..models.member_capacity import MemberCapacity
    from ..models.needed import Needed
    from ..models.number_group import NumberGroup
    from ..models.region_needs import RegionNeeds


T = TypeVar("T", bound="Capacity")


@_attrs_define
class Capacity:
    """How far a community's numbers go."""

    as_of: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    explained: str
    """ The most important of it, in a sentence. """
    members: int
    """ Members and guests. """
    contacts: int
    """ Rows in their tables: two for each pair. """
    usable: int
    """ Numbers that may stand for a new contact: active ones that can `sms`. """
    received_cap: int
    """ Most received contacts that a member may leave unanswered, by the policy. """
    on_hubs: int
    """ Rows on the tags of hubs, which take no room: by so many, members with full tables are reached. """
    numbers: list[NumberGroup]
    """ The numbers in service, together where they are alike; at most 200 groups, the largest first. """
    fill: list[FillBand]
    """ How many members' tables are how full. A full one is in the last. """
    full: int
    """ Members who have no number for another contact. """
    not_receiving: int
    """ Members whom nobody can choose, as they have too many received contacts unanswered, or are full. """
    too_little_history: int
    """ Members who joined too recently for a forecast. """
    running_out: int
    """ Members whose tables will be full within a year. """
    fullest: list[MemberCapacity]
    """ The fullest tables, at most ten. """
    first_out: list[MemberCapacity]
    """ Who of those is seen to run out first, at most ten. """
    needed: list[Needed]
    """ The numbers needed now and later: as many as the largest table takes. Contacts count that hold numbers which
    take
    no new ones, too. """
    regions: list[RegionNeeds]
    """ By the region of members' phones: the numbers needed so that each has numbers of their own region. A contact
    gets a number of another region where none is free. """
    capabilities: list[CapabilityNeeds]
    """ By what numbers can do: the numbers needed so that each contact has it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        as_of = self.as_of.isoformat()

        explained = self.explained

        members = self.members

        contacts = self.contacts

        usable = self.usable

        received_cap = self.received_cap

        on_hubs = self.on_hubs

        numbers = []
        for numbers_item_data in self.numbers:
            numbers_item = numbers_item_data.to_dict()
            numbers.append(numbers_item)

        fill = []
        for fill_item_data in self.fill:
            fill_item = fill_item_data.to_dict()
            fill.append(fill_item)

        full = self.full

        not_receiving = self.not_receiving

        too_little_history = self.too_little_history

        running_out = self.running_out

        fullest = []
        for fullest_item_data in self.fullest:
            fullest_item = fullest_item_data.to_dict()
            fullest.append(fullest_item)

        first_out = []
        for first_out_item_data in self.first_out:
            first_out_item = first_out_item_data.to_dict()
            first_out.append(first_out_item)

        needed = []
        for needed_item_data in self.needed:
            needed_item = needed_item_data.to_dict()
            needed.append(needed_item)

        regions = []
        for regions_item_data in self.regions:
            regions_item = regions_item_data.to_dict()
            regions.append(regions_item)

        capabilities = []
        for capabilities_item_data in self.capabilities:
            capabilities_item = capabilities_item_data.to_dict()
            capabilities.append(capabilities_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "as_of": as_of,
                "explained": explained,
                "members": members,
                "contacts": contacts,
                "usable": usable,
                "received_cap": received_cap,
                "on_hubs": on_hubs,
                "numbers": numbers,
                "fill": fill,
                "full": full,
                "not_receiving": not_receiving,
                "too_little_history": too_little_history,
                "running_out": running_out,
                "fullest": fullest,
                "first_out": first_out,
                "needed": needed,
                "regions": regions,
                "capabilities": capabilities,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.capability_needs import CapabilityNeeds  # noqa: PLC0415
        from ..models.fill_band import FillBand  # noqa: PLC0415
        from ..models.member_capacity import MemberCapacity  # noqa: PLC0415
        from ..models.needed import Needed  # noqa: PLC0415
        from ..models.number_group import NumberGroup  # noqa: PLC0415
        from ..models.region_needs import RegionNeeds  # noqa: PLC0415

        d = dict(src_dict)
        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        explained = d.pop("explained")

        members = d.pop("members")

        contacts = d.pop("contacts")

        usable = d.pop("usable")

        received_cap = d.pop("received_cap")

        on_hubs = d.pop("on_hubs")

        numbers = []
        _numbers = d.pop("numbers")
        for numbers_item_data in _numbers:
            numbers_item = NumberGroup.from_dict(numbers_item_data)

            numbers.append(numbers_item)

        fill = []
        _fill = d.pop("fill")
        for fill_item_data in _fill:
            fill_item = FillBand.from_dict(fill_item_data)

            fill.append(fill_item)

        full = d.pop("full")

        not_receiving = d.pop("not_receiving")

        too_little_history = d.pop("too_little_history")

        running_out = d.pop("running_out")

        fullest = []
        _fullest = d.pop("fullest")
        for fullest_item_data in _fullest:
            fullest_item = MemberCapacity.from_dict(fullest_item_data)

            fullest.append(fullest_item)

        first_out = []
        _first_out = d.pop("first_out")
        for first_out_item_data in _first_out:
            first_out_item = MemberCapacity.from_dict(first_out_item_data)

            first_out.append(first_out_item)

        needed = []
        _needed = d.pop("needed")
        for needed_item_data in _needed:
            needed_item = Needed.from_dict(needed_item_data)

            needed.append(needed_item)

        regions = []
        _regions = d.pop("regions")
        for regions_item_data in _regions:
            regions_item = RegionNeeds.from_dict(regions_item_data)

            regions.append(regions_item)

        capabilities = []
        _capabilities = d.pop("capabilities")
        for capabilities_item_data in _capabilities:
            capabilities_item = CapabilityNeeds.from_dict(capabilities_item_data)

            capabilities.append(capabilities_item)

        capacity = cls(
            as_of=as_of,
            explained=explained,
            members=members,
            contacts=contacts,
            usable=usable,
            received_cap=received_cap,
            on_hubs=on_hubs,
            numbers=numbers,
            fill=fill,
            full=full,
            not_receiving=not_receiving,
            too_little_history=too_little_history,
            running_out=running_out,
            fullest=fullest,
            first_out=first_out,
            needed=needed,
            regions=regions,
            capabilities=capabilities,
        )

        capacity.additional_properties = d
        return capacity

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
