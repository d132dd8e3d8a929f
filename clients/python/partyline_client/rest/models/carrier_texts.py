from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CarrierTexts")


@_attrs_define
class CarrierTexts:
    """The texts of a carrier, since this node's start."""

    sent: int
    """ How many it took. """
    put_off: int
    """ Tries that it put off: they are made again. """
    refused: int
    """ How many it refused for good. """
    received: int
    """ How many came by it. """
    sent_per_s: float
    """ How many it took a second, over the last minute. """
    received_per_s: float
    """ How many came a second, over the last minute. """
    last_sent_at: datetime.datetime | None
    """ When it last took one. """
    waiting: int
    """ How many wait for it, of all nodes. """
    window: int
    """ How many may be under way to it at once. """
    in_flight: int
    """ How many are. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sent = self.sent

        put_off = self.put_off

        refused = self.refused

        received = self.received

        sent_per_s = self.sent_per_s

        received_per_s = self.received_per_s

        last_sent_at: None | str
        if isinstance(self.last_sent_at, datetime.datetime):
            last_sent_at = self.last_sent_at.isoformat()
        else:
            last_sent_at = self.last_sent_at

        waiting = self.waiting

        window = self.window

        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sent": sent,
                "put_off": put_off,
                "refused": refused,
                "received": received,
                "sent_per_s": sent_per_s,
                "received_per_s": received_per_s,
                "last_sent_at": last_sent_at,
                "waiting": waiting,
                "window": window,
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sent = d.pop("sent")

        put_off = d.pop("put_off")

        refused = d.pop("refused")

        received = d.pop("received")

        sent_per_s = d.pop("sent_per_s")

        received_per_s = d.pop("received_per_s")

        def _parse_last_sent_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_sent_at_type_1 = datetime.datetime.fromisoformat(data)

                return last_sent_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_sent_at = _parse_last_sent_at(d.pop("last_sent_at"))

        waiting = d.pop("waiting")

        window = d.pop("window")

        in_flight = d.pop("in_flight")

        carrier_texts = cls(
            sent=sent,
            put_off=put_off,
            refused=refused,
            received=received,
            sent_per_s=sent_per_s,
            received_per_s=received_per_s,
            last_sent_at=last_sent_at,
            waiting=waiting,
            window=window,
            in_flight=in_flight,
        )

        carrier_texts.additional_properties = d
        return carrier_texts

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
