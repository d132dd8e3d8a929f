from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NotConnected")


@_attrs_define
class NotConnected:
    """A stranger whom an app wanted connected, and why that cannot be. Holds no real number."""

    message: None | str
    """ The text about which the app was asked; null where it was a call. """
    call: None | str
    """ The call about which it was asked; null where it was a text. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    code: str
    """ The stable word of the problem, as the API has it. """
    detail: str
    """ A sentence for people. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message: None | str
        message = self.message

        call: None | str
        call = self.call

        to = self.to

        code = self.code

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message": message,
                "call": call,
                "to": to,
                "code": code,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_message(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        message = _parse_message(d.pop("message"))

        def _parse_call(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        call = _parse_call(d.pop("call"))

        to = d.pop("to")

        code = d.pop("code")

        detail = d.pop("detail")

        not_connected = cls(
            message=message,
            call=call,
            to=to,
            code=code,
            detail=detail,
        )

        not_connected.additional_properties = d
        return not_connected

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
