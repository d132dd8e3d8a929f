from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Campaign")


@_attrs_define
class Campaign:
    """What a carrier allows over several numbers together. It covers the numbers that name it and, with a pool, those of
    that pool that name none.

    """

    id: str
    """ A campaign: what a carrier allows over several numbers together. The id is `cmp_` and 13 letters and digits;
    ids sort by time. """
    name: str
    """ Unique in its community. """
    pool: None | str
    """ The pool whose numbers it covers besides those that name it. """
    rate_per_s: float
    """ Texts a second over all its numbers; 0 = no limit. """
    texts_per_day: int
    """ Texts a day (UTC) over all its numbers; 0 = no limit. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        pool: None | str
        pool = self.pool

        rate_per_s = self.rate_per_s

        texts_per_day = self.texts_per_day

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "pool": pool,
                "rate_per_s": rate_per_s,
                "texts_per_day": texts_per_day,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_pool(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pool = _parse_pool(d.pop("pool"))

        rate_per_s = d.pop("rate_per_s")

        texts_per_day = d.pop("texts_per_day")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        campaign = cls(
            id=id,
            name=name,
            pool=pool,
            rate_per_s=rate_per_s,
            texts_per_day=texts_per_day,
            created_at=created_at,
        )

        campaign.additional_properties = d
        return campaign

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
