from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="ConnectAnswer")


@_attrs_define
class ConnectAnswer:
    """Of a stranger: make a member of them, and a contact of `to` on the number that they texted or called."""

    action: Literal["connect"]
    """ The word. """
    name: str
    """ What they are called. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        name = self.name

        to = self.to

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "name": name,
                "to": to,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = cast(Literal["connect"], d.pop("action"))
        if action != "connect":
            raise ValueError(f"action must match const 'connect', got '{action}'")

        name = d.pop("name")

        to = d.pop("to")

        connect_answer = cls(
            action=action,
            name=name,
            to=to,
        )

        return connect_answer
