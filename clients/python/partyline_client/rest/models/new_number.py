from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.capability import Capability
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewNumber")


@_attrs_define
class NewNumber:
    pool: str
    """ A pool of numbers. The id is `pool_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    carrier: str
    """ The carrier by which its texts leave, as the broker's settings name it. """
    capabilities: list[Capability] | None | Unset = UNSET
    """ What it can carry; texts and calls if absent. """
    region: None | str | Unset = UNSET
    """ Its country by two letters; told from the number if absent. """
    rate_per_s: float | None | Unset = UNSET
    """ Texts a second; 0 = no limit. """
    texts_per_day: int | None | Unset = UNSET
    """ Texts a day (UTC), as its carrier allows; 0 = no limit, as is nothing. """
    campaign: None | str | Unset = UNSET
    """ The campaign under whose caps it is, in place of that of its pool. """
    hub: bool | None | Unset = UNSET
    """ Whether it is a hub: contacts whose tables are full are reached through it, each sender by a tag. It is
    nobody's
    contact as it stands. """

    def to_dict(self) -> dict[str, Any]:
        pool = self.pool

        number = self.number

        carrier = self.carrier

        capabilities: list[str] | None | Unset
        if isinstance(self.capabilities, Unset):
            capabilities = UNSET
        elif isinstance(self.capabilities, list):
            capabilities = []
            for componentsschemas_capabilities_item_data in self.capabilities:
                componentsschemas_capabilities_item = (
                    componentsschemas_capabilities_item_data.value
                )
                capabilities.append(componentsschemas_capabilities_item)

        else:
            capabilities = self.capabilities

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        rate_per_s: float | None | Unset
        if isinstance(self.rate_per_s, Unset):
            rate_per_s = UNSET
        else:
            rate_per_s = self.rate_per_s

        texts_per_day: int | None | Unset
        if isinstance(self.texts_per_day, Unset):
            texts_per_day = UNSET
        else:
            texts_per_day = self.texts_per_day

        campaign: None | str | Unset
        if isinstance(self.campaign, Unset):
            campaign = UNSET
        else:
            campaign = self.campaign

        hub: bool | None | Unset
        if isinstance(self.hub, Unset):
            hub = UNSET
        else:
            hub = self.hub

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "pool": pool,
                "number": number,
                "carrier": carrier,
            }
        )
        if capabilities is not UNSET:
            field_dict["capabilities"] = capabilities
        if region is not UNSET:
            field_dict["region"] = region
        if rate_per_s is not UNSET:
            field_dict["rate_per_s"] = rate_per_s
        if texts_per_day is not UNSET:
            field_dict["texts_per_day"] = texts_per_day
        if campaign is not UNSET:
            field_dict["campaign"] = campaign
        if hub is not UNSET:
            field_dict["hub"] = hub

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pool = d.pop("pool")

        number = d.pop("number")

        carrier = d.pop("carrier")

        def _parse_capabilities(data: object) -> list[Capability] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                capabilities_type_1 = []
                _capabilities_type_1 = data
                for componentsschemas_capabilities_item_data in _capabilities_type_1:
                    componentsschemas_capabilities_item = Capability(
                        componentsschemas_capabilities_item_data
                    )

                    capabilities_type_1.append(componentsschemas_capabilities_item)

                return capabilities_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Capability] | None | Unset, data)

        capabilities = _parse_capabilities(d.pop("capabilities", UNSET))

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_rate_per_s(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rate_per_s = _parse_rate_per_s(d.pop("rate_per_s", UNSET))

        def _parse_texts_per_day(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        texts_per_day = _parse_texts_per_day(d.pop("texts_per_day", UNSET))

        def _parse_campaign(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        campaign = _parse_campaign(d.pop("campaign", UNSET))

        def _parse_hub(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        hub = _parse_hub(d.pop("hub", UNSET))

        new_number = cls(
            pool=pool,
            number=number,
            carrier=carrier,
            capabilities=capabilities,
            region=region,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
            campaign=campaign,
            hub=hub,
        )

        return new_number
