from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="AllowAnswer")


@_attrs_define
class AllowAnswer:
    """Bridge it as it is."""

    action: Literal["allow"]
    """ The word. """

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = cast(Literal["allow"], d.pop("action"))
        if action != "allow":
            raise ValueError(f"action must match const 'allow', got '{action}'")

        allow_answer = cls(
            action=action,
        )

        return allow_answer
