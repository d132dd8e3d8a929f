from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_encoding import MessageEncoding
from ..models.message_origin import MessageOrigin
from ..models.message_status import MessageStatus
from ..models.reason import Reason

T = TypeVar("T", bound="Message")


@_attrs_define
class Message:
    """A message, without any real number."""

    id: str
    """ A message. The id is `msg_` and 13 letters and digits; ids sort by time. """
    origin: MessageOrigin
    """ `phone`, `app` or `notice`. """
    from_: None | str
    """ The sender, if a member. """
    to: None | str
    """ The recipient, if known. """
    dialled_number: None | str
    """ The pool number that the sender texted (none for an app). """
    shown_number: None | str
    """ The pool number that the recipient sees. """
    text: str
    """ The text. """
    media: int
    """ How many pictures, sounds and the like it carries. """
    encoding: MessageEncoding
    """ How it is written on the wire: `gsm7` or `ucs2`. """
    segments: int
    """ How many parts it takes. """
    status: MessageStatus
    """ Where a message stands. The whole life is drawn in `ARCHITECTURE.md`. """
    reason: None | Reason
    """ Why, when it ended badly. """
    detail: None | str
    """ The carrier's own words. """
    accepted_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    updated_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    expires_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    held_until: datetime.datetime | None
    """ While its status is `held`: when the recipient's texting hours begin. """
    urgent: bool
    """ Its sender asked for it to go at any hour. """
    body_expired: bool
    """ Its text was kept for as long as the community keeps texts, and is gone. """
    body_erased: bool
    """ Its text is gone, because the data of one of the two were erased. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        origin = self.origin.value

        from_: None | str
        from_ = self.from_

        to: None | str
        to = self.to

        dialled_number: None | str
        dialled_number = self.dialled_number

        shown_number: None | str
        shown_number = self.shown_number

        text = self.text

        media = self.media

        encoding = self.encoding.value

        segments = self.segments

        status = self.status.value

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        detail: None | str
        detail = self.detail

        accepted_at = self.accepted_at.isoformat()

        updated_at = self.updated_at.isoformat()

        expires_at = self.expires_at.isoformat()

        held_until: None | str
        if isinstance(self.held_until, datetime.datetime):
            held_until = self.held_until.isoformat()
        else:
            held_until = self.held_until

        urgent = self.urgent

        body_expired = self.body_expired

        body_erased = self.body_erased

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "origin": origin,
                "from": from_,
                "to": to,
                "dialled_number": dialled_number,
                "shown_number": shown_number,
                "text": text,
                "media": media,
                "encoding": encoding,
                "segments": segments,
                "status": status,
                "reason": reason,
                "detail": detail,
                "accepted_at": accepted_at,
                "updated_at": updated_at,
                "expires_at": expires_at,
                "held_until": held_until,
                "urgent": urgent,
                "body_expired": body_expired,
                "body_erased": body_erased,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        origin = MessageOrigin(d.pop("origin"))

        def _parse_from_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        from_ = _parse_from_(d.pop("from"))

        def _parse_to(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        to = _parse_to(d.pop("to"))

        def _parse_dialled_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        dialled_number = _parse_dialled_number(d.pop("dialled_number"))

        def _parse_shown_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        shown_number = _parse_shown_number(d.pop("shown_number"))

        text = d.pop("text")

        media = d.pop("media")

        encoding = MessageEncoding(d.pop("encoding"))

        segments = d.pop("segments")

        status = MessageStatus(d.pop("status"))

        def _parse_reason(data: object) -> None | Reason:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reason_type_1 = Reason(data)

                return reason_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Reason, data)

        reason = _parse_reason(d.pop("reason"))

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        accepted_at = datetime.datetime.fromisoformat(d.pop("accepted_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        def _parse_held_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                held_until_type_1 = datetime.datetime.fromisoformat(data)

                return held_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        held_until = _parse_held_until(d.pop("held_until"))

        urgent = d.pop("urgent")

        body_expired = d.pop("body_expired")

        body_erased = d.pop("body_erased")

        message = cls(
            id=id,
            origin=origin,
            from_=from_,
            to=to,
            dialled_number=dialled_number,
            shown_number=shown_number,
            text=text,
            media=media,
            encoding=encoding,
            segments=segments,
            status=status,
            reason=reason,
            detail=detail,
            accepted_at=accepted_at,
            updated_at=updated_at,
            expires_at=expires_at,
            held_until=held_until,
            urgent=urgent,
            body_expired=body_expired,
            body_erased=body_erased,
        )

        message.additional_properties = d
        return message

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
