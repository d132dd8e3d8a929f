from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.swap_telling import SwapTelling

T = TypeVar("T", bound="SwapMove")


@_attrs_define
class SwapMove:
    """A row that a swap has moved, or could not move."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    assignment: str
    """ An assignment: the same row as the contact, as the pool sees it. The id is `asg_` and 13 letters and digits;
    ids sort by time. """
    from_id: str
    """ A pool number. The id is `num_` and 13 letters and digits; ids sort by time. """
    from_: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    to: None | str
    """ The number that it got; null where it could not be moved. """
    at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    told: SwapTelling
    """ Who hears that a contact has another number. """
    notice: None | str
    """ The text that tells the phone. """
    reason: None | str
    """ Why it could not be moved, in a sentence. """
    undone_at: datetime.datetime | None
    """ When it was moved back. """
    undo_reason: None | str
    """ Why it could not be moved back, in a sentence. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        contact = self.contact

        assignment = self.assignment

        from_id = self.from_id

        from_ = self.from_

        to: None | str
        to = self.to

        at = self.at.isoformat()

        told = self.told.value

        notice: None | str
        notice = self.notice

        reason: None | str
        reason = self.reason

        undone_at: None | str
        if isinstance(self.undone_at, datetime.datetime):
            undone_at = self.undone_at.isoformat()
        else:
            undone_at = self.undone_at

        undo_reason: None | str
        undo_reason = self.undo_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "assignment": assignment,
                "from_id": from_id,
                "from": from_,
                "to": to,
                "at": at,
                "told": told,
                "notice": notice,
                "reason": reason,
                "undone_at": undone_at,
                "undo_reason": undo_reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        contact = d.pop("contact")

        assignment = d.pop("assignment")

        from_id = d.pop("from_id")

        from_ = d.pop("from")

        def _parse_to(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        to = _parse_to(d.pop("to"))

        at = datetime.datetime.fromisoformat(d.pop("at"))

        told = SwapTelling(d.pop("told"))

        def _parse_notice(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notice = _parse_notice(d.pop("notice"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        def _parse_undone_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                undone_at_type_1 = datetime.datetime.fromisoformat(data)

                return undone_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        undone_at = _parse_undone_at(d.pop("undone_at"))

        def _parse_undo_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        undo_reason = _parse_undo_reason(d.pop("undo_reason"))

        swap_move = cls(
            member=member,
            contact=contact,
            assignment=assignment,
            from_id=from_id,
            from_=from_,
            to=to,
            at=at,
            told=told,
            notice=notice,
            reason=reason,
            undone_at=undone_at,
            undo_reason=undo_reason,
        )

        swap_move.additional_properties = d
        return swap_move

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
