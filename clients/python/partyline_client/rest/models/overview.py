from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.carrier_brief import CarrierBrief
    from ..models.pool_fill import PoolFill


T = TypeVar("T", bound="Overview")


@_attrs_define
class Overview:
    """What a community does now."""

    node: int
    """ Which node says this. Rates, deliveries, calls and carriers are its own; what waits, was sent today, and
    pools
    are those of all nodes. """
    since: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    texts_per_s: float
    """ Texts between members that were accepted, a second, over the last minute. """
    calls_per_s: float
    """ Calls that rang, a second, over the last minute. """
    delivered: int
    """ Texts delivered in the last hour. """
    lost: int
    """ Texts of which it became certain in the last hour that they will not be: failed, undelivered or expired. """
    delivery_rate: float | None
    """ The share of both that was delivered, 0 to 1; null where nothing ended. """
    p50_ms: int | None
    """ Milliseconds from acceptance to delivery that half of those delivered did not exceed, to within a fifth. """
    p99_ms: int | None
    """ Milliseconds that 99 of 100 did not exceed, to within a fifth. """
    waiting: int
    """ Texts that wait to leave. """
    oldest_waiting_s: int | None
    """ Whole seconds for which the oldest of them has waited. """
    sent_today: int
    """ Texts that left today (UTC). """
    calls: int
    """ Calls that go on. """
    pools: list[PoolFill]
    """ The pools, in the order of their making. """
    carriers: list[CarrierBrief]
    """ The carriers of the community's numbers, and the trunks. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        node = self.node

        since = self.since.isoformat()

        texts_per_s = self.texts_per_s

        calls_per_s = self.calls_per_s

        delivered = self.delivered

        lost = self.lost

        delivery_rate: float | None
        delivery_rate = self.delivery_rate

        p50_ms: int | None
        p50_ms = self.p50_ms

        p99_ms: int | None
        p99_ms = self.p99_ms

        waiting = self.waiting

        oldest_waiting_s: int | None
        oldest_waiting_s = self.oldest_waiting_s

        sent_today = self.sent_today

        calls = self.calls

        pools = []
        for pools_item_data in self.pools:
            pools_item = pools_item_data.to_dict()
            pools.append(pools_item)

        carriers = []
        for carriers_item_data in self.carriers:
            carriers_item = carriers_item_data.to_dict()
            carriers.append(carriers_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "node": node,
                "since": since,
                "texts_per_s": texts_per_s,
                "calls_per_s": calls_per_s,
                "delivered": delivered,
                "lost": lost,
                "delivery_rate": delivery_rate,
                "p50_ms": p50_ms,
                "p99_ms": p99_ms,
                "waiting": waiting,
                "oldest_waiting_s": oldest_waiting_s,
                "sent_today": sent_today,
                "calls": calls,
                "pools": pools,
                "carriers": carriers,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.carrier_brief import CarrierBrief  # noqa: PLC0415
        from ..models.pool_fill import PoolFill  # noqa: PLC0415

        d = dict(src_dict)
        node = d.pop("node")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        texts_per_s = d.pop("texts_per_s")

        calls_per_s = d.pop("calls_per_s")

        delivered = d.pop("delivered")

        lost = d.pop("lost")

        def _parse_delivery_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        delivery_rate = _parse_delivery_rate(d.pop("delivery_rate"))

        def _parse_p50_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        p50_ms = _parse_p50_ms(d.pop("p50_ms"))

        def _parse_p99_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        p99_ms = _parse_p99_ms(d.pop("p99_ms"))

        waiting = d.pop("waiting")

        def _parse_oldest_waiting_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        oldest_waiting_s = _parse_oldest_waiting_s(d.pop("oldest_waiting_s"))

        sent_today = d.pop("sent_today")

        calls = d.pop("calls")

        pools = []
        _pools = d.pop("pools")
        for pools_item_data in _pools:
            pools_item = PoolFill.from_dict(pools_item_data)

            pools.append(pools_item)

        carriers = []
        _carriers = d.pop("carriers")
        for carriers_item_data in _carriers:
            carriers_item = CarrierBrief.from_dict(carriers_item_data)

            carriers.append(carriers_item)

        overview = cls(
            node=node,
            since=since,
            texts_per_s=texts_per_s,
            calls_per_s=calls_per_s,
            delivered=delivered,
            lost=lost,
            delivery_rate=delivery_rate,
            p50_ms=p50_ms,
            p99_ms=p99_ms,
            waiting=waiting,
            oldest_waiting_s=oldest_waiting_s,
            sent_today=sent_today,
            calls=calls,
            pools=pools,
            carriers=carriers,
        )

        overview.additional_properties = d
        return overview

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
