from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="RewriteAnswer")


@_attrs_define
class RewriteAnswer:
    """Bridge it with another text."""

    action: Literal["rewrite"]
    """ The word. """
    text: str
    """ The text instead. """

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = cast(Literal["rewrite"], d.pop("action"))
        if action != "rewrite":
            raise ValueError(f"action must match const 'rewrite', got '{action}'")

        text = d.pop("text")

        rewrite_answer = cls(
            action=action,
            text=text,
        )

        return rewrite_answer
