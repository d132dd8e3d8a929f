from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.latency import Latency


T = TypeVar("T", bound="PairWay")


@_attrs_define
class PairWay:
    """One direction of a pair."""

    waiting: int
    """ Texts that wait to leave. """
    oldest_waiting_s: int | None
    """ Whole seconds for which the oldest of them has waited. """
    latency: Latency
    """ How long texts took from being accepted to being taken by the carrier, over the last 24 hours. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        waiting = self.waiting

        oldest_waiting_s: int | None
        oldest_waiting_s = self.oldest_waiting_s

        latency = self.latency.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "waiting": waiting,
                "oldest_waiting_s": oldest_waiting_s,
                "latency": latency,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.latency import Latency  # noqa: PLC0415

        d = dict(src_dict)
        waiting = d.pop("waiting")

        def _parse_oldest_waiting_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        oldest_waiting_s = _parse_oldest_waiting_s(d.pop("oldest_waiting_s"))

        latency = Latency.from_dict(d.pop("latency"))

        pair_way = cls(
            waiting=waiting,
            oldest_waiting_s=oldest_waiting_s,
            latency=latency,
        )

        pair_way.additional_properties = d
        return pair_way

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
