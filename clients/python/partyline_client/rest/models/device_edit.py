from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.device_edit_texts_to import DeviceEditTextsTo

T = TypeVar("T", bound="DeviceEdit")


@_attrs_define
class DeviceEdit:
    texts_to: DeviceEditTextsTo
    """ `phone`, `app` or `both`. """

    def to_dict(self) -> dict[str, Any]:
        texts_to = self.texts_to.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "texts_to": texts_to,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        texts_to = DeviceEditTextsTo(d.pop("texts_to"))

        device_edit = cls(
            texts_to=texts_to,
        )

        return device_edit
