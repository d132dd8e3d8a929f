from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_rehearsal_encoding import MessageRehearsalEncoding

if TYPE_CHECKING:
    from ..models.route import Route


T = TypeVar("T", bound="MessageRehearsal")


@_attrs_define
class MessageRehearsal:
    """What would happen to a text; nothing was written."""

    dry_run: bool
    """ Always true. """
    from_: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    text: str
    """ The text. """
    shown_number: None | str
    """ The pool number that the recipient would see. """
    encoding: MessageRehearsalEncoding
    """ `gsm7` or `ucs2`. """
    segments: int
    """ How many parts it would take. """
    expires_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    route: Route
    """ By which way a text reaches its recipient; both where the recipient wants both. """
    intercepted: bool
    """ It would wait for an app's word. """
    held_until: datetime.datetime | None
    """ Until when it would be held, outside the recipient's texting hours. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dry_run = self.dry_run

        from_ = self.from_

        to = self.to

        text = self.text

        shown_number: None | str
        shown_number = self.shown_number

        encoding = self.encoding.value

        segments = self.segments

        expires_at = self.expires_at.isoformat()

        route = self.route.to_dict()

        intercepted = self.intercepted

        held_until: None | str
        if isinstance(self.held_until, datetime.datetime):
            held_until = self.held_until.isoformat()
        else:
            held_until = self.held_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dry_run": dry_run,
                "from": from_,
                "to": to,
                "text": text,
                "shown_number": shown_number,
                "encoding": encoding,
                "segments": segments,
                "expires_at": expires_at,
                "route": route,
                "intercepted": intercepted,
                "held_until": held_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.route import Route  # noqa: PLC0415

        d = dict(src_dict)
        dry_run = d.pop("dry_run")

        from_ = d.pop("from")

        to = d.pop("to")

        text = d.pop("text")

        def _parse_shown_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        shown_number = _parse_shown_number(d.pop("shown_number"))

        encoding = MessageRehearsalEncoding(d.pop("encoding"))

        segments = d.pop("segments")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        route = Route.from_dict(d.pop("route"))

        intercepted = d.pop("intercepted")

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

        message_rehearsal = cls(
            dry_run=dry_run,
            from_=from_,
            to=to,
            text=text,
            shown_number=shown_number,
            encoding=encoding,
            segments=segments,
            expires_at=expires_at,
            route=route,
            intercepted=intercepted,
            held_until=held_until,
        )

        message_rehearsal.additional_properties = d
        return message_rehearsal

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
