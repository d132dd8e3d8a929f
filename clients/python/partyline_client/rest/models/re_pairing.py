from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RePairing")


@_attrs_define
class RePairing:
    release_texts: bool | Unset = UNSET
    """ Let go of the texts that were held for the pair, both ways, oldest first. """

    def to_dict(self) -> dict[str, Any]:
        release_texts = self.release_texts

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if release_texts is not UNSET:
            field_dict["release_texts"] = release_texts

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        release_texts = d.pop("release_texts", UNSET)

        re_pairing = cls(
            release_texts=release_texts,
        )

        return re_pairing
