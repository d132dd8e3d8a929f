from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.pair_way import PairWay


T = TypeVar("T", bound="PairTraffic")


@_attrs_define
class PairTraffic:
    """How busy a pair is."""

    outgoing: PairWay
    """ One direction of a pair. """
    incoming: PairWay
    """ One direction of a pair. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        outgoing = self.outgoing.to_dict()

        incoming = self.incoming.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "outgoing": outgoing,
                "incoming": incoming,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pair_way import PairWay  # noqa: PLC0415

        d = dict(src_dict)
        outgoing = PairWay.from_dict(d.pop("outgoing"))

        incoming = PairWay.from_dict(d.pop("incoming"))

        pair_traffic = cls(
            outgoing=outgoing,
            incoming=incoming,
        )

        pair_traffic.additional_properties = d
        return pair_traffic

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
