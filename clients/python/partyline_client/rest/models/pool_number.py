from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.capability import Capability
from ..models.number_state import NumberState

T = TypeVar("T", bound="PoolNumber")


@_attrs_define
class PoolNumber:
    """A pool number."""

    id: str
    """ A pool number. The id is `num_` and 13 letters and digits; ids sort by time. """
    pool: str
    """ A pool of numbers. The id is `pool_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    carrier: str
    """ The carrier by which its texts leave. """
    capabilities: list[Capability]
    """ What a pool number can carry. """
    region: None | str
    """ Its country. """
    rate_per_s: float
    """ Texts a second; 0 = no limit. """
    texts_per_day: int
    """ Texts a day (UTC); 0 = no limit. """
    campaign: None | str
    """ The campaign that it names, under whose caps it is in place of that of its pool. """
    state: NumberState
    """ Whether a number takes part. """
    desk: bool
    """ It is the community's desk, which members text to manage their contacts, and nobody's contact. """
    hub: bool
    """ It is a hub: contacts whose tables are full are reached through it, each sender by a tag of their own. It is
    nobody's
    contact as it stands. """
    seats: int
    """ Of a hub: by how many assignments members are reached through it. """
    assignments: int
    """ How many assignments it stands in. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        pool = self.pool

        number = self.number

        carrier = self.carrier

        capabilities = []
        for componentsschemas_capabilities_item_data in self.capabilities:
            componentsschemas_capabilities_item = (
                componentsschemas_capabilities_item_data.value
            )
            capabilities.append(componentsschemas_capabilities_item)

        region: None | str
        region = self.region

        rate_per_s = self.rate_per_s

        texts_per_day = self.texts_per_day

        campaign: None | str
        campaign = self.campaign

        state = self.state.value

        desk = self.desk

        hub = self.hub

        seats = self.seats

        assignments = self.assignments

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "pool": pool,
                "number": number,
                "carrier": carrier,
                "capabilities": capabilities,
                "region": region,
                "rate_per_s": rate_per_s,
                "texts_per_day": texts_per_day,
                "campaign": campaign,
                "state": state,
                "desk": desk,
                "hub": hub,
                "seats": seats,
                "assignments": assignments,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        pool = d.pop("pool")

        number = d.pop("number")

        carrier = d.pop("carrier")

        capabilities = []
        _capabilities = d.pop("capabilities")
        for componentsschemas_capabilities_item_data in _capabilities:
            componentsschemas_capabilities_item = Capability(
                componentsschemas_capabilities_item_data
            )

            capabilities.append(componentsschemas_capabilities_item)

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        rate_per_s = d.pop("rate_per_s")

        texts_per_day = d.pop("texts_per_day")

        def _parse_campaign(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        campaign = _parse_campaign(d.pop("campaign"))

        state = NumberState(d.pop("state"))

        desk = d.pop("desk")

        hub = d.pop("hub")

        seats = d.pop("seats")

        assignments = d.pop("assignments")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        pool_number = cls(
            id=id,
            pool=pool,
            number=number,
            carrier=carrier,
            capabilities=capabilities,
            region=region,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
            campaign=campaign,
            state=state,
            desk=desk,
            hub=hub,
            seats=seats,
            assignments=assignments,
            created_at=created_at,
        )

        pool_number.additional_properties = d
        return pool_number

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
