from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewCampaign")


@_attrs_define
class NewCampaign:
    name: str
    """ Unique in its community. """
    pool: None | str | Unset = UNSET
    """ The pool whose numbers it covers, those to come included, but for those that name another campaign. """
    rate_per_s: float | None | Unset = UNSET
    """ Texts a second over all its numbers; 0 = no limit. """
    texts_per_day: int | None | Unset = UNSET
    """ Texts a day (UTC) over all its numbers; 0 = no limit. """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        pool: None | str | Unset
        if isinstance(self.pool, Unset):
            pool = UNSET
        else:
            pool = self.pool

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

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if pool is not UNSET:
            field_dict["pool"] = pool
        if rate_per_s is not UNSET:
            field_dict["rate_per_s"] = rate_per_s
        if texts_per_day is not UNSET:
            field_dict["texts_per_day"] = texts_per_day

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_pool(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pool = _parse_pool(d.pop("pool", UNSET))

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

        new_campaign = cls(
            name=name,
            pool=pool,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
        )

        return new_campaign
