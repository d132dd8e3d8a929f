from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewCall")


@_attrs_define
class NewCall:
    from_: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """

    def to_dict(self) -> dict[str, Any]:
        from_ = self.from_

        to = self.to

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "from": from_,
                "to": to,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ = d.pop("from")

        to = d.pop("to")

        new_call = cls(
            from_=from_,
            to=to,
        )

        return new_call
