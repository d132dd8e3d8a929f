from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="QuarantineRelease")


@_attrs_define
class QuarantineRelease:
    re_pair: bool | Unset = UNSET
    """ Make the pair again first, where it is not one. """

    def to_dict(self) -> dict[str, Any]:
        re_pair = self.re_pair

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if re_pair is not UNSET:
            field_dict["re_pair"] = re_pair

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        re_pair = d.pop("re_pair", UNSET)

        quarantine_release = cls(
            re_pair=re_pair,
        )

        return quarantine_release
