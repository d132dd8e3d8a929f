from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SwapNumber")


@_attrs_define
class SwapNumber:
    """A number that a swap empties."""

    id: str
    """ A pool number. The id is `num_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    left: int
    """ Rows on it now. """
    forwards_until: datetime.datetime | None
    """ Until when it leads on for somebody; null where it does not. """
    retired: bool
    """ It is empty and leads nowhere any more: it can be removed, or was. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        number = self.number

        left = self.left

        forwards_until: None | str
        if isinstance(self.forwards_until, datetime.datetime):
            forwards_until = self.forwards_until.isoformat()
        else:
            forwards_until = self.forwards_until

        retired = self.retired

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "number": number,
                "left": left,
                "forwards_until": forwards_until,
                "retired": retired,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        number = d.pop("number")

        left = d.pop("left")

        def _parse_forwards_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                forwards_until_type_1 = datetime.datetime.fromisoformat(data)

                return forwards_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        forwards_until = _parse_forwards_until(d.pop("forwards_until"))

        retired = d.pop("retired")

        swap_number = cls(
            id=id,
            number=number,
            left=left,
            forwards_until=forwards_until,
            retired=retired,
        )

        swap_number.additional_properties = d
        return swap_number

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
