from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conflict_settlement import ConflictSettlement
from ..models.phone_conflict_kind import PhoneConflictKind

T = TypeVar("T", bound="PhoneConflict")


@_attrs_define
class PhoneConflict:
    """A pair whose number is somebody else on the new phone."""

    kind: PhoneConflictKind
    """ Why a pair cannot keep its number on the new phone. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    stood_for: None | str
    """ Who it is, or was, on the new phone; null for somebody of another community. """
    until: datetime.datetime | None
    """ Until when it cools down there; null where it does not by itself. """
    settled: ConflictSettlement | None
    """ How it is settled; null while it is not. """
    new_number: None | str
    """ The contact's number then; null where the contact is dropped, or nothing is settled yet. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        contact = self.contact

        number = self.number

        stood_for: None | str
        stood_for = self.stood_for

        until: None | str
        if isinstance(self.until, datetime.datetime):
            until = self.until.isoformat()
        else:
            until = self.until

        settled: None | str
        if isinstance(self.settled, ConflictSettlement):
            settled = self.settled.value
        else:
            settled = self.settled

        new_number: None | str
        new_number = self.new_number

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "contact": contact,
                "number": number,
                "stood_for": stood_for,
                "until": until,
                "settled": settled,
                "new_number": new_number,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = PhoneConflictKind(d.pop("kind"))

        contact = d.pop("contact")

        number = d.pop("number")

        def _parse_stood_for(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        stood_for = _parse_stood_for(d.pop("stood_for"))

        def _parse_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_1 = datetime.datetime.fromisoformat(data)

                return until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        until = _parse_until(d.pop("until"))

        def _parse_settled(data: object) -> ConflictSettlement | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                settled_type_1 = ConflictSettlement(data)

                return settled_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConflictSettlement | None, data)

        settled = _parse_settled(d.pop("settled"))

        def _parse_new_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        new_number = _parse_new_number(d.pop("new_number"))

        phone_conflict = cls(
            kind=kind,
            contact=contact,
            number=number,
            stood_for=stood_for,
            until=until,
            settled=settled,
            new_number=new_number,
        )

        phone_conflict.additional_properties = d
        return phone_conflict

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
