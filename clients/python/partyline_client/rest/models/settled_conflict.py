from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.conflict_settlement import ConflictSettlement

T = TypeVar("T", bound="SettledConflict")


@_attrs_define
class SettledConflict:
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    by: ConflictSettlement
    """ What is to become of a pair whose number is somebody else on the new phone. """

    def to_dict(self) -> dict[str, Any]:
        contact = self.contact

        by = self.by.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact": contact,
                "by": by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contact = d.pop("contact")

        by = ConflictSettlement(d.pop("by"))

        settled_conflict = cls(
            contact=contact,
            by=by,
        )

        return settled_conflict
