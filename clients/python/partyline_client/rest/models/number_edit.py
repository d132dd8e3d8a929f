from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.capability import Capability
from ..models.number_state import NumberState
from ..types import UNSET, Unset

T = TypeVar("T", bound="NumberEdit")


@_attrs_define
class NumberEdit:
    pool: None | str | Unset = UNSET
    """ Another pool. """
    carrier: None | str | Unset = UNSET
    """ Another carrier. """
    capabilities: list[Capability] | None | Unset = UNSET
    """ What it can carry. """
    region: None | str | Unset = UNSET
    """ Its country by two letters. """
    rate_per_s: float | None | Unset = UNSET
    """ Texts a second; 0 = no limit. """
    texts_per_day: int | None | Unset = UNSET
    """ Texts a day (UTC); 0 = no limit. """
    campaign: None | str | Unset = UNSET
    """ The campaign under whose caps it is; null for that of its pool, if there is one. """
    state: None | NumberState | Unset = UNSET
    """ Whether it takes new pairs. """
    desk: bool | None | Unset = UNSET
    """ Whether it is the community's desk, which members text to manage their contacts. It must stand for nobody,
    and
    there is one. """
    hub: bool | None | Unset = UNSET
    """ Whether it is a hub: contacts whose tables are full are reached through it, each sender by a tag. To become
    one it must
    stand for nobody, and nobody may be reached through it when it is to be none. """

    def to_dict(self) -> dict[str, Any]:
        pool: None | str | Unset
        if isinstance(self.pool, Unset):
            pool = UNSET
        else:
            pool = self.pool

        carrier: None | str | Unset
        if isinstance(self.carrier, Unset):
            carrier = UNSET
        else:
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

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        elif isinstance(self.state, NumberState):
            state = self.state.value
        else:
            state = self.state

        desk: bool | None | Unset
        if isinstance(self.desk, Unset):
            desk = UNSET
        else:
            desk = self.desk

        hub: bool | None | Unset
        if isinstance(self.hub, Unset):
            hub = UNSET
        else:
            hub = self.hub

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if pool is not UNSET:
            field_dict["pool"] = pool
        if carrier is not UNSET:
            field_dict["carrier"] = carrier
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
        if state is not UNSET:
            field_dict["state"] = state
        if desk is not UNSET:
            field_dict["desk"] = desk
        if hub is not UNSET:
            field_dict["hub"] = hub

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_pool(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pool = _parse_pool(d.pop("pool", UNSET))

        def _parse_carrier(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        carrier = _parse_carrier(d.pop("carrier", UNSET))

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

        def _parse_state(data: object) -> None | NumberState | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_1 = NumberState(data)

                return state_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | NumberState | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_desk(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        desk = _parse_desk(d.pop("desk", UNSET))

        def _parse_hub(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        hub = _parse_hub(d.pop("hub", UNSET))

        number_edit = cls(
            pool=pool,
            carrier=carrier,
            capabilities=capabilities,
            region=region,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
            campaign=campaign,
            state=state,
            desk=desk,
            hub=hub,
        )

        return number_edit
