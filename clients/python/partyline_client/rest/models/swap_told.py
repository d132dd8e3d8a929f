from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SwapTold")


@_attrs_define
class SwapTold:
    """Who would be told of how many rows."""

    phone: int
    """ Phones that get a text from the new number. """
    frozen: int
    """ Frozen phones, which get it when they come back. """
    app_only: int
    """ Members who read in an app alone, which is told by an event. """
    silent: int
    """ Rows of which nobody is told: they wait for acceptance, are blocked or stopped. """
    not_wanted: int
    """ Rows of which nobody is told, as no text is wanted. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        phone = self.phone

        frozen = self.frozen

        app_only = self.app_only

        silent = self.silent

        not_wanted = self.not_wanted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "phone": phone,
                "frozen": frozen,
                "app_only": app_only,
                "silent": silent,
                "not_wanted": not_wanted,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        phone = d.pop("phone")

        frozen = d.pop("frozen")

        app_only = d.pop("app_only")

        silent = d.pop("silent")

        not_wanted = d.pop("not_wanted")

        swap_told = cls(
            phone=phone,
            frozen=frozen,
            app_only=app_only,
            silent=silent,
            not_wanted=not_wanted,
        )

        swap_told.additional_properties = d
        return swap_told

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
