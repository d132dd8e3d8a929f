from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.event_kind import EventKind
from ..models.message_status import MessageStatus
from ..models.reason import Reason
from ..models.step_word import StepWord

T = TypeVar("T", bound="MessageStep")


@_attrs_define
class MessageStep:
    """A step of a text."""

    what: StepWord
    """ What kind of step it is. """
    at: datetime.datetime | None
    """ When, where that is kept. """
    status: MessageStatus | None
    """ The status that it had then. """
    reason: None | Reason
    """ Why. """
    detail: None | str
    """ The carrier's own words. """
    carrier: None | str
    """ By which carrier. """
    number: None | str
    """ The pool number: the one that was texted, or that the recipient sees. """
    part: int | None
    """ Which part, from 1. """
    parts: int | None
    """ Of how many. """
    reference: None | str
    """ The carrier's id of the part. """
    attempts: int | None
    """ Tries so far. """
    delivery: None | str
    """ The delivery by which an app was told. """
    endpoint: None | str
    """ Where it went. """
    type_: EventKind | None
    """ What it told. """
    taken: bool | None
    """ Whether the app took it; null while that is not certain. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        what = self.what.value

        at: None | str
        if isinstance(self.at, datetime.datetime):
            at = self.at.isoformat()
        else:
            at = self.at

        status: None | str
        if isinstance(self.status, MessageStatus):
            status = self.status.value
        else:
            status = self.status

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        detail: None | str
        detail = self.detail

        carrier: None | str
        carrier = self.carrier

        number: None | str
        number = self.number

        part: int | None
        part = self.part

        parts: int | None
        parts = self.parts

        reference: None | str
        reference = self.reference

        attempts: int | None
        attempts = self.attempts

        delivery: None | str
        delivery = self.delivery

        endpoint: None | str
        endpoint = self.endpoint

        type_: None | str
        if isinstance(self.type_, EventKind):
            type_ = self.type_.value
        else:
            type_ = self.type_

        taken: bool | None
        taken = self.taken

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "what": what,
                "at": at,
                "status": status,
                "reason": reason,
                "detail": detail,
                "carrier": carrier,
                "number": number,
                "part": part,
                "parts": parts,
                "reference": reference,
                "attempts": attempts,
                "delivery": delivery,
                "endpoint": endpoint,
                "type": type_,
                "taken": taken,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        what = StepWord(d.pop("what"))

        def _parse_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                at_type_1 = datetime.datetime.fromisoformat(data)

                return at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        at = _parse_at(d.pop("at"))

        def _parse_status(data: object) -> MessageStatus | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_1 = MessageStatus(data)

                return status_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MessageStatus | None, data)

        status = _parse_status(d.pop("status"))

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

        def _parse_carrier(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        carrier = _parse_carrier(d.pop("carrier"))

        def _parse_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        number = _parse_number(d.pop("number"))

        def _parse_part(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        part = _parse_part(d.pop("part"))

        def _parse_parts(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        parts = _parse_parts(d.pop("parts"))

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        def _parse_attempts(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        attempts = _parse_attempts(d.pop("attempts"))

        def _parse_delivery(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        delivery = _parse_delivery(d.pop("delivery"))

        def _parse_endpoint(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        endpoint = _parse_endpoint(d.pop("endpoint"))

        def _parse_type_(data: object) -> EventKind | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                type_type_1 = EventKind(data)

                return type_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EventKind | None, data)

        type_ = _parse_type_(d.pop("type"))

        def _parse_taken(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        taken = _parse_taken(d.pop("taken"))

        message_step = cls(
            what=what,
            at=at,
            status=status,
            reason=reason,
            detail=detail,
            carrier=carrier,
            number=number,
            part=part,
            parts=parts,
            reference=reference,
            attempts=attempts,
            delivery=delivery,
            endpoint=endpoint,
            type_=type_,
            taken=taken,
        )

        message_step.additional_properties = d
        return message_step

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
