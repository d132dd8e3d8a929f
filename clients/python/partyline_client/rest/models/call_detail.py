from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_cause import CallCause
from ..models.call_ended_by import CallEndedBy
from ..models.call_origin import CallOrigin
from ..models.call_state import CallState
from ..models.reason import Reason

if TYPE_CHECKING:
    from ..models.call_quality import CallQuality
    from ..models.call_step import CallStep


T = TypeVar("T", bound="CallDetail")


@_attrs_define
class CallDetail:
    """A call with every step."""

    id: str
    """ A call. The id is `call_` and 13 letters and digits; ids sort by time. """
    origin: CallOrigin
    """ `phone` or `app`. """
    from_: None | str
    """ Who called; of an app's call the member in whose name. None for a stranger. """
    to: None | str
    """ Who was called. """
    dialled_number: None | str
    """ The pool number that the caller dialled or, where an app made the call, sees. """
    shown_number: None | str
    """ The pool number that the one called sees. """
    state: CallState
    """ Where a call stands. """
    cause: CallCause | None
    """ Why it ended. """
    reason: None | Reason
    """ Why a rule refused it. """
    ended_by: CallEndedBy | None
    """ Who ended it. """
    sip_status: int | None
    """ The SIP status that decided, where one did. """
    trunk_in: None | str
    """ The trunk by which it came. """
    trunk_out: None | str
    """ The trunk by which the one called was reached. """
    began_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    ringing_at: datetime.datetime | None
    """ When a phone began to ring. """
    answered_at: datetime.datetime | None
    """ When they began to talk. """
    ended_at: datetime.datetime | None
    """ When it was over. """
    duration_s: int | None
    """ For how many whole seconds they talked, once it is over. """
    quality: CallQuality | None
    """ How it sounded, once it is over. """
    steps: list[CallStep]
    """ Every step, oldest first. Of a call that goes on, those until now; none where another node has it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.call_quality import CallQuality  # noqa: PLC0415

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

        state = self.state.value

        cause: None | str
        if isinstance(self.cause, CallCause):
            cause = self.cause.value
        else:
            cause = self.cause

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        ended_by: None | str
        if isinstance(self.ended_by, CallEndedBy):
            ended_by = self.ended_by.value
        else:
            ended_by = self.ended_by

        sip_status: int | None
        sip_status = self.sip_status

        trunk_in: None | str
        trunk_in = self.trunk_in

        trunk_out: None | str
        trunk_out = self.trunk_out

        began_at = self.began_at.isoformat()

        ringing_at: None | str
        if isinstance(self.ringing_at, datetime.datetime):
            ringing_at = self.ringing_at.isoformat()
        else:
            ringing_at = self.ringing_at

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        duration_s: int | None
        duration_s = self.duration_s

        quality: dict[str, Any] | None
        if isinstance(self.quality, CallQuality):
            quality = self.quality.to_dict()
        else:
            quality = self.quality

        steps = []
        for steps_item_data in self.steps:
            steps_item = steps_item_data.to_dict()
            steps.append(steps_item)

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
                "state": state,
                "cause": cause,
                "reason": reason,
                "ended_by": ended_by,
                "sip_status": sip_status,
                "trunk_in": trunk_in,
                "trunk_out": trunk_out,
                "began_at": began_at,
                "ringing_at": ringing_at,
                "answered_at": answered_at,
                "ended_at": ended_at,
                "duration_s": duration_s,
                "quality": quality,
                "steps": steps,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_quality import CallQuality  # noqa: PLC0415
        from ..models.call_step import CallStep  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        origin = CallOrigin(d.pop("origin"))

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

        state = CallState(d.pop("state"))

        def _parse_cause(data: object) -> CallCause | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cause_type_1 = CallCause(data)

                return cause_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallCause | None, data)

        cause = _parse_cause(d.pop("cause"))

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

        def _parse_ended_by(data: object) -> CallEndedBy | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_by_type_1 = CallEndedBy(data)

                return ended_by_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallEndedBy | None, data)

        ended_by = _parse_ended_by(d.pop("ended_by"))

        def _parse_sip_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sip_status = _parse_sip_status(d.pop("sip_status"))

        def _parse_trunk_in(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trunk_in = _parse_trunk_in(d.pop("trunk_in"))

        def _parse_trunk_out(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trunk_out = _parse_trunk_out(d.pop("trunk_out"))

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        def _parse_ringing_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ringing_at_type_1 = datetime.datetime.fromisoformat(data)

                return ringing_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ringing_at = _parse_ringing_at(d.pop("ringing_at"))

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

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_1 = datetime.datetime.fromisoformat(data)

                return ended_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        def _parse_duration_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        duration_s = _parse_duration_s(d.pop("duration_s"))

        def _parse_quality(data: object) -> CallQuality | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                quality_type_1 = CallQuality.from_dict(data)

                return quality_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallQuality | None, data)

        quality = _parse_quality(d.pop("quality"))

        steps = []
        _steps = d.pop("steps")
        for steps_item_data in _steps:
            steps_item = CallStep.from_dict(steps_item_data)

            steps.append(steps_item)

        call_detail = cls(
            id=id,
            origin=origin,
            from_=from_,
            to=to,
            dialled_number=dialled_number,
            shown_number=shown_number,
            state=state,
            cause=cause,
            reason=reason,
            ended_by=ended_by,
            sip_status=sip_status,
            trunk_in=trunk_in,
            trunk_out=trunk_out,
            began_at=began_at,
            ringing_at=ringing_at,
            answered_at=answered_at,
            ended_at=ended_at,
            duration_s=duration_s,
            quality=quality,
            steps=steps,
        )

        call_detail.additional_properties = d
        return call_detail

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
