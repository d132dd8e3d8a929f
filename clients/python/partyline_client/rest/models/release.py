from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.release_state import ReleaseState

T = TypeVar("T", bound="Release")


@_attrs_define
class Release:
    """A released number, as the member has it for whom it stood for somebody."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    number_id: str
    """ A pool number. The id is `num_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    state: ReleaseState
    """ How a released number stands. """
    released_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    cool_until: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    kept_until: datetime.datetime | None
    """ Until when it is kept for the contact; null where that was discarded, or the contact has a number again. """
    forwards_until: datetime.datetime | None
    """ Until when whoever texts or calls it from that phone still reaches the contact, who has another number since
    a
    swap; null where it does not. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        contact = self.contact

        number_id = self.number_id

        number = self.number

        state = self.state.value

        released_at = self.released_at.isoformat()

        cool_until = self.cool_until.isoformat()

        kept_until: None | str
        if isinstance(self.kept_until, datetime.datetime):
            kept_until = self.kept_until.isoformat()
        else:
            kept_until = self.kept_until

        forwards_until: None | str
        if isinstance(self.forwards_until, datetime.datetime):
            forwards_until = self.forwards_until.isoformat()
        else:
            forwards_until = self.forwards_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "number_id": number_id,
                "number": number,
                "state": state,
                "released_at": released_at,
                "cool_until": cool_until,
                "kept_until": kept_until,
                "forwards_until": forwards_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        contact = d.pop("contact")

        number_id = d.pop("number_id")

        number = d.pop("number")

        state = ReleaseState(d.pop("state"))

        released_at = datetime.datetime.fromisoformat(d.pop("released_at"))

        cool_until = datetime.datetime.fromisoformat(d.pop("cool_until"))

        def _parse_kept_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                kept_until_type_1 = datetime.datetime.fromisoformat(data)

                return kept_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        kept_until = _parse_kept_until(d.pop("kept_until"))

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

        release = cls(
            member=member,
            contact=contact,
            number_id=number_id,
            number=number,
            state=state,
            released_at=released_at,
            cool_until=cool_until,
            kept_until=kept_until,
            forwards_until=forwards_until,
        )

        release.additional_properties = d
        return release

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
