from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_device_kind_type_1 import NewDeviceKindType1
from ..models.new_device_texts_to_type_1 import NewDeviceTextsToType1
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewDevice")


@_attrs_define
class NewDevice:
    kind: NewDeviceKindType1 | None | Unset = UNSET
    """ What it is; `phone` if absent. """
    phone: None | str | Unset = UNSET
    """ The number of a phone. """
    endpoint: None | str | Unset = UNSET
    """ The callback endpoint of an app. """
    texts_to: NewDeviceTextsToType1 | None | Unset = UNSET
    """ Where the member's texts go, of an app. """

    def to_dict(self) -> dict[str, Any]:
        kind: None | str | Unset
        if isinstance(self.kind, Unset):
            kind = UNSET
        elif isinstance(self.kind, NewDeviceKindType1):
            kind = self.kind.value
        else:
            kind = self.kind

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        endpoint: None | str | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        else:
            endpoint = self.endpoint

        texts_to: None | str | Unset
        if isinstance(self.texts_to, Unset):
            texts_to = UNSET
        elif isinstance(self.texts_to, NewDeviceTextsToType1):
            texts_to = self.texts_to.value
        else:
            texts_to = self.texts_to

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if kind is not UNSET:
            field_dict["kind"] = kind
        if phone is not UNSET:
            field_dict["phone"] = phone
        if endpoint is not UNSET:
            field_dict["endpoint"] = endpoint
        if texts_to is not UNSET:
            field_dict["texts_to"] = texts_to

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_kind(data: object) -> NewDeviceKindType1 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                kind_type_1 = NewDeviceKindType1(data)

                return kind_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NewDeviceKindType1 | None | Unset, data)

        kind = _parse_kind(d.pop("kind", UNSET))

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        def _parse_endpoint(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        endpoint = _parse_endpoint(d.pop("endpoint", UNSET))

        def _parse_texts_to(data: object) -> NewDeviceTextsToType1 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                texts_to_type_1 = NewDeviceTextsToType1(data)

                return texts_to_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NewDeviceTextsToType1 | None | Unset, data)

        texts_to = _parse_texts_to(d.pop("texts_to", UNSET))

        new_device = cls(
            kind=kind,
            phone=phone,
            endpoint=endpoint,
            texts_to=texts_to,
        )

        return new_device
