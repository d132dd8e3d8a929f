from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.change_reason import ChangeReason
from ..models.changed_by import ChangedBy
from ..models.origin import Origin

T = TypeVar("T", bound="AssignmentChanged")


@_attrs_define
class AssignmentChanged:
    """A change of an assignment: the row as it was after it."""

    at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    why: ChangeReason
    """ Why an assignment changed. """
    by: ChangedBy
    """ The words for them. """
    by_member: None | str
    """ The member, where it was one. """
    by_key: None | str
    """ The API key, where it was one. """
    by_user: None | str
    """ The user, where it was somebody who is signed in with a browser. """
    assignment: None | str
    """ The row. """
    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    live: bool
    """ Whether it stood for the contact from then on; false once it was released. """
    origin: Origin
    """ How a row came into its owner's table. """
    pending: bool
    """ It waited for acceptance. """
    blocked: bool
    """ It was blocked. """
    stopped: bool
    """ The member's phone had stopped it. """
    cool_until: datetime.datetime | None
    """ Until when a released number cools down. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        why = self.why.value

        by = self.by.value

        by_member: None | str
        by_member = self.by_member

        by_key: None | str
        by_key = self.by_key

        by_user: None | str
        by_user = self.by_user

        assignment: None | str
        assignment = self.assignment

        member = self.member

        contact = self.contact

        number = self.number

        live = self.live

        origin = self.origin.value

        pending = self.pending

        blocked = self.blocked

        stopped = self.stopped

        cool_until: None | str
        if isinstance(self.cool_until, datetime.datetime):
            cool_until = self.cool_until.isoformat()
        else:
            cool_until = self.cool_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "why": why,
                "by": by,
                "by_member": by_member,
                "by_key": by_key,
                "by_user": by_user,
                "assignment": assignment,
                "member": member,
                "contact": contact,
                "number": number,
                "live": live,
                "origin": origin,
                "pending": pending,
                "blocked": blocked,
                "stopped": stopped,
                "cool_until": cool_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        why = ChangeReason(d.pop("why"))

        by = ChangedBy(d.pop("by"))

        def _parse_by_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by_member = _parse_by_member(d.pop("by_member"))

        def _parse_by_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by_key = _parse_by_key(d.pop("by_key"))

        def _parse_by_user(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by_user = _parse_by_user(d.pop("by_user"))

        def _parse_assignment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        assignment = _parse_assignment(d.pop("assignment"))

        member = d.pop("member")

        contact = d.pop("contact")

        number = d.pop("number")

        live = d.pop("live")

        origin = Origin(d.pop("origin"))

        pending = d.pop("pending")

        blocked = d.pop("blocked")

        stopped = d.pop("stopped")

        def _parse_cool_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cool_until_type_1 = datetime.datetime.fromisoformat(data)

                return cool_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        cool_until = _parse_cool_until(d.pop("cool_until"))

        assignment_changed = cls(
            at=at,
            why=why,
            by=by,
            by_member=by_member,
            by_key=by_key,
            by_user=by_user,
            assignment=assignment,
            member=member,
            contact=contact,
            number=number,
            live=live,
            origin=origin,
            pending=pending,
            blocked=blocked,
            stopped=stopped,
            cool_until=cool_until,
        )

        assignment_changed.additional_properties = d
        return assignment_changed

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
