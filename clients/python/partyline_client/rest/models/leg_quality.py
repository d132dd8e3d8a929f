from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="LegQuality")


@_attrs_define
class LegQuality:
    """How the sound of one leg was."""

    packets: int
    """ RTP packets that came from that side. """
    bytes_: int
    """ Their bytes, headers included. """
    lost: int
    """ Packets that were expected and did not come. """
    jitter_ms: float
    """ Interarrival jitter in milliseconds (RFC 3550, section 6.4.1). """
    mos: float | None
    """ Estimated mean opinion score, 1 to 4.5; none where too little came. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        packets = self.packets

        bytes_ = self.bytes_

        lost = self.lost

        jitter_ms = self.jitter_ms

        mos: float | None
        mos = self.mos

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "packets": packets,
                "bytes": bytes_,
                "lost": lost,
                "jitter_ms": jitter_ms,
                "mos": mos,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        packets = d.pop("packets")

        bytes_ = d.pop("bytes")

        lost = d.pop("lost")

        jitter_ms = d.pop("jitter_ms")

        def _parse_mos(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mos = _parse_mos(d.pop("mos"))

        leg_quality = cls(
            packets=packets,
            bytes_=bytes_,
            lost=lost,
            jitter_ms=jitter_ms,
            mos=mos,
        )

        leg_quality.additional_properties = d
        return leg_quality

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
