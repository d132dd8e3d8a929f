from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OptOut")


@_attrs_define
class OptOut:
    """What a phone has stopped. Only that phone lifts it, by START."""

    id: str
    """ What a phone has stopped. The id is `opt_` and 13 letters and digits; ids sort by time. """
    member: None | str
    """ Whose phone it is now, if a member's. """
    contact: None | str
    """ For whom the number stood then; none for STOPALL. """
    number: None | str
    """ The number; none for STOPALL. """
    all_: bool
    """ It was STOPALL. """
    since: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        member: None | str
        member = self.member

        contact: None | str
        contact = self.contact

        number: None | str
        number = self.number

        all_ = self.all_

        since = self.since.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "member": member,
                "contact": contact,
                "number": number,
                "all": all_,
                "since": since,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        member = _parse_member(d.pop("member"))

        def _parse_contact(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contact = _parse_contact(d.pop("contact"))

        def _parse_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        number = _parse_number(d.pop("number"))

        all_ = d.pop("all")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        opt_out = cls(
            id=id,
            member=member,
            contact=contact,
            number=number,
            all_=all_,
            since=since,
        )

        opt_out.additional_properties = d
        return opt_out

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
