from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewLoopbackText")


@_attrs_define
class NewLoopbackText:
    to: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    text: str
    """ The text. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        text = d.pop("text")

        new_loopback_text = cls(
            to=to,
            text=text,
        )

        return new_loopback_text
