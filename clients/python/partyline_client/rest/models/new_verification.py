from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewVerification")


@_attrs_define
class NewVerification:
    community: None | str | Unset = UNSET
    """ The community that is to be verified; all of them, and the directory of numbers, if absent. """

    def to_dict(self) -> dict[str, Any]:
        community: None | str | Unset
        if isinstance(self.community, Unset):
            community = UNSET
        else:
            community = self.community

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if community is not UNSET:
            field_dict["community"] = community

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_community(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        community = _parse_community(d.pop("community", UNSET))

        new_verification = cls(
            community=community,
        )

        return new_verification
