from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewBlock")


@_attrs_define
class NewBlock:
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """

    def to_dict(self) -> dict[str, Any]:
        contact = self.contact

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact": contact,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contact = d.pop("contact")

        new_block = cls(
            contact=contact,
        )

        return new_block
