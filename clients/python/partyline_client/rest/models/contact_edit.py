from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ContactEdit")


@_attrs_define
class ContactEdit:
    blocked: bool
    """ Whether the pair is blocked. """

    def to_dict(self) -> dict[str, Any]:
        blocked = self.blocked

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "blocked": blocked,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        blocked = d.pop("blocked")

        contact_edit = cls(
            blocked=blocked,
        )

        return contact_edit
