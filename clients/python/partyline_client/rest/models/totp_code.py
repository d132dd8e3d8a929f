from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="TotpCode")


@_attrs_define
class TotpCode:
    totp: str
    """ The code that the app shows. """

    def to_dict(self) -> dict[str, Any]:
        totp = self.totp

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "totp": totp,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        totp = d.pop("totp")

        totp_code = cls(
            totp=totp,
        )

        return totp_code
