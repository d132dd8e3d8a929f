from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.outlook_word import OutlookWord

T = TypeVar("T", bound="RunsOut")


@_attrs_define
class RunsOut:
    """When a table will be full, at the rate of the last 90 days."""

    outlook: OutlookWord
    """ What a forecast comes to. """
    at: datetime.datetime | None
    """ With `around`: as likely before as after. """
    earliest: datetime.datetime | None
    """ Hardly before: one chance in twenty. """
    latest: datetime.datetime | None
    """ Hardly after: one chance in twenty. Null where that is later than in a year. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        outlook = self.outlook.value

        at: None | str
        if isinstance(self.at, datetime.datetime):
            at = self.at.isoformat()
        else:
            at = self.at

        earliest: None | str
        if isinstance(self.earliest, datetime.datetime):
            earliest = self.earliest.isoformat()
        else:
            earliest = self.earliest

        latest: None | str
        if isinstance(self.latest, datetime.datetime):
            latest = self.latest.isoformat()
        else:
            latest = self.latest

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "outlook": outlook,
                "at": at,
                "earliest": earliest,
                "latest": latest,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        outlook = OutlookWord(d.pop("outlook"))

        def _parse_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                at_type_1 = datetime.datetime.fromisoformat(data)

                return at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        at = _parse_at(d.pop("at"))

        def _parse_earliest(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                earliest_type_1 = datetime.datetime.fromisoformat(data)

                return earliest_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        earliest = _parse_earliest(d.pop("earliest"))

        def _parse_latest(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                latest_type_1 = datetime.datetime.fromisoformat(data)

                return latest_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        latest = _parse_latest(d.pop("latest"))

        runs_out = cls(
            outlook=outlook,
            at=at,
            earliest=earliest,
            latest=latest,
        )

        runs_out.additional_properties = d
        return runs_out

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
