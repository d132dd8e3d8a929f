from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.origin import Origin

T = TypeVar("T", bound="Assignment")


@_attrs_define
class Assignment:
    """An assignment as the pool has it."""

    id: str
    """ An assignment: the same row as the contact, as the pool sees it. The id is `asg_` and 13 letters and digits;
    ids sort by time. """
    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    tag: int | None
    """ The number is a hub, and this is the contact's tag there. """
    origin: Origin
    """ How a row came into its owner's table. """
    pending: bool
    """ Waits for acceptance. """
    blocked: bool
    """ Blocked by an admin or an app. """
    stopped: bool
    """ Stopped by the member's phone. """
    answered_at: datetime.datetime | None
    """ When the member first answered on a received row. """
    last_activity_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        member = self.member

        contact = self.contact

        number = self.number

        tag: int | None
        tag = self.tag

        origin = self.origin.value

        pending = self.pending

        blocked = self.blocked

        stopped = self.stopped

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        last_activity_at = self.last_activity_at.isoformat()

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "member": member,
                "contact": contact,
                "number": number,
                "tag": tag,
                "origin": origin,
                "pending": pending,
                "blocked": blocked,
                "stopped": stopped,
                "answered_at": answered_at,
                "last_activity_at": last_activity_at,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        member = d.pop("member")

        contact = d.pop("contact")

        number = d.pop("number")

        def _parse_tag(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tag = _parse_tag(d.pop("tag"))

        origin = Origin(d.pop("origin"))

        pending = d.pop("pending")

        blocked = d.pop("blocked")

        stopped = d.pop("stopped")

        def _parse_answered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_1 = datetime.datetime.fromisoformat(data)

                return answered_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        last_activity_at = datetime.datetime.fromisoformat(d.pop("last_activity_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        assignment = cls(
            id=id,
            member=member,
            contact=contact,
            number=number,
            tag=tag,
            origin=origin,
            pending=pending,
            blocked=blocked,
            stopped=stopped,
            answered_at=answered_at,
            last_activity_at=last_activity_at,
            created_at=created_at,
        )

        assignment.additional_properties = d
        return assignment

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
