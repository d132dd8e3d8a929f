from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.reason import Reason

T = TypeVar("T", bound="NumberHealth")


@_attrs_define
class NumberHealth:
    """What carriers say of a number's texts, as the node that answers has heard it in the last 24 hours, or since its
    start: a number whose texts a carrier filters shows here first.

    """

    delivered: int
    """ How many were delivered. """
    lost: int
    """ How many the carrier refused, or said that it cannot deliver. """
    last_delivered_at: datetime.datetime | None
    """ When one was last delivered. """
    last_lost_at: datetime.datetime | None
    """ When one was last lost. """
    last_lost_reason: None | Reason
    """ Why it was. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        delivered = self.delivered

        lost = self.lost

        last_delivered_at: None | str
        if isinstance(self.last_delivered_at, datetime.datetime):
            last_delivered_at = self.last_delivered_at.isoformat()
        else:
            last_delivered_at = self.last_delivered_at

        last_lost_at: None | str
        if isinstance(self.last_lost_at, datetime.datetime):
            last_lost_at = self.last_lost_at.isoformat()
        else:
            last_lost_at = self.last_lost_at

        last_lost_reason: None | str
        if isinstance(self.last_lost_reason, Reason):
            last_lost_reason = self.last_lost_reason.value
        else:
            last_lost_reason = self.last_lost_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "delivered": delivered,
                "lost": lost,
                "last_delivered_at": last_delivered_at,
                "last_lost_at": last_lost_at,
                "last_lost_reason": last_lost_reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        delivered = d.pop("delivered")

        lost = d.pop("lost")

        def _parse_last_delivered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_delivered_at_type_1 = datetime.datetime.fromisoformat(data)

                return last_delivered_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_delivered_at = _parse_last_delivered_at(d.pop("last_delivered_at"))

        def _parse_last_lost_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_lost_at_type_1 = datetime.datetime.fromisoformat(data)

                return last_lost_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_lost_at = _parse_last_lost_at(d.pop("last_lost_at"))

        def _parse_last_lost_reason(data: object) -> None | Reason:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_lost_reason_type_1 = Reason(data)

                return last_lost_reason_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Reason, data)

        last_lost_reason = _parse_last_lost_reason(d.pop("last_lost_reason"))

        number_health = cls(
            delivered=delivered,
            lost=lost,
            last_delivered_at=last_delivered_at,
            last_lost_at=last_lost_at,
            last_lost_reason=last_lost_reason,
        )

        number_health.additional_properties = d
        return number_health

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
