from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.answering import Answering

T = TypeVar("T", bound="LoopbackPhonePatch")


@_attrs_define
class LoopbackPhonePatch:
    answering: Answering
    """ What a virtual phone does when it is called. """

    def to_dict(self) -> dict[str, Any]:
        answering = self.answering.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answering": answering,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        answering = Answering(d.pop("answering"))

        loopback_phone_patch = cls(
            answering=answering,
        )

        return loopback_phone_patch
