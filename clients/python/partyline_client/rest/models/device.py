from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.device_kind import DeviceKind
from ..models.device_texts_to_type_1 import DeviceTextsToType1

T = TypeVar("T", bound="Device")


@_attrs_define
class Device:
    """A device of a member: a phone, or the app in which they read."""

    id: str
    """ A device of a member. The id is `dev_` and 13 letters and digits; ids sort by time. """
    kind: DeviceKind
    """ `phone` or `app`. """
    phone: None | str
    """ The real number of a phone. Null to keys of scope `app`: no app learns a member's real number. """
    region: None | str
    """ Its country. """
    stopped_all: bool
    """ Whether it has sent STOPALL. """
    frozen_at: datetime.datetime | None
    """ Since when the phone is frozen: nothing is sent to it, and nothing from it is accepted. """
    endpoint: None | str
    """ Of an app: the callback endpoint by which it gets the member's texts. """
    texts_to: DeviceTextsToType1 | None
    """ Of an app: where the member's texts go: `phone`, `app` or `both`. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind.value

        phone: None | str
        phone = self.phone

        region: None | str
        region = self.region

        stopped_all = self.stopped_all

        frozen_at: None | str
        if isinstance(self.frozen_at, datetime.datetime):
            frozen_at = self.frozen_at.isoformat()
        else:
            frozen_at = self.frozen_at

        endpoint: None | str
        endpoint = self.endpoint

        texts_to: None | str
        if isinstance(self.texts_to, DeviceTextsToType1):
            texts_to = self.texts_to.value
        else:
            texts_to = self.texts_to

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "phone": phone,
                "region": region,
                "stopped_all": stopped_all,
                "frozen_at": frozen_at,
                "endpoint": endpoint,
                "texts_to": texts_to,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = DeviceKind(d.pop("kind"))

        def _parse_phone(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        phone = _parse_phone(d.pop("phone"))

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        stopped_all = d.pop("stopped_all")

        def _parse_frozen_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                frozen_at_type_1 = datetime.datetime.fromisoformat(data)

                return frozen_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        frozen_at = _parse_frozen_at(d.pop("frozen_at"))

        def _parse_endpoint(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        endpoint = _parse_endpoint(d.pop("endpoint"))

        def _parse_texts_to(data: object) -> DeviceTextsToType1 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                texts_to_type_1 = DeviceTextsToType1(data)

                return texts_to_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DeviceTextsToType1 | None, data)

        texts_to = _parse_texts_to(d.pop("texts_to"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        device = cls(
            id=id,
            kind=kind,
            phone=phone,
            region=region,
            stopped_all=stopped_all,
            frozen_at=frozen_at,
            endpoint=endpoint,
            texts_to=texts_to,
            created_at=created_at,
        )

        device.additional_properties = d
        return device

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
