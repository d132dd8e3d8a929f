from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewLoopbackCall")


@_attrs_define
class NewLoopbackCall:
    to: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    talk_s: int | None | Unset = UNSET
    """ Hang up after so many whole seconds of talk; null: when told to. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        talk_s: int | None | Unset
        if isinstance(self.talk_s, Unset):
            talk_s = UNSET
        else:
            talk_s = self.talk_s

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )
        if talk_s is not UNSET:
            field_dict["talk_s"] = talk_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        def _parse_talk_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        talk_s = _parse_talk_s(d.pop("talk_s", UNSET))

        new_loopback_call = cls(
            to=to,
            talk_s=talk_s,
        )

        return new_loopback_call
