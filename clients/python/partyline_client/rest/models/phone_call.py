from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.phone_call_cause import PhoneCallCause
from ..models.phone_call_state import PhoneCallState
from ..models.phone_call_way import PhoneCallWay
from ..models.reason import Reason

T = TypeVar("T", bound="PhoneCall")


@_attrs_define
class PhoneCall:
    """A call as one virtual phone sees it: one of the two legs."""

    id: str
    """ A call as one virtual phone sees it. The id is `leg_` and 13 letters and digits; ids sort by time. """
    direction: PhoneCallWay
    """ Who began a call, as the phone sees it. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    state: PhoneCallState
    """ How far a call of a virtual phone is. """
    cause: None | PhoneCallCause
    """ Why it is over. """
    sip_status: int | None
    """ The SIP status that ended it before it was answered. """
    reason: None | Reason
    """ The rule's reason, where the broker refused it. """
    call: None | str
    """ The call whose leg it is, once the broker has made one. """
    community: None | str
    """ Whose call that is. """
    started_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    answered_at: datetime.datetime | None
    """ When it was answered. """
    ended_at: datetime.datetime | None
    """ When it was over. """
    packets_sent: int
    """ Packets of sound that the phone sent. """
    packets_received: int
    """ Packets of sound that came to it. """
    packets_heard: int
    """ Of those that came, the ones that were not silence. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        direction = self.direction.value

        number = self.number

        state = self.state.value

        cause: None | str
        if isinstance(self.cause, PhoneCallCause):
            cause = self.cause.value
        else:
            cause = self.cause

        sip_status: int | None
        sip_status = self.sip_status

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        call: None | str
        call = self.call

        community: None | str
        community = self.community

        started_at = self.started_at.isoformat()

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

        packets_sent = self.packets_sent

        packets_received = self.packets_received

        packets_heard = self.packets_heard

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "direction": direction,
                "number": number,
                "state": state,
                "cause": cause,
                "sip_status": sip_status,
                "reason": reason,
                "call": call,
                "community": community,
                "started_at": started_at,
                "answered_at": answered_at,
                "ended_at": ended_at,
                "packets_sent": packets_sent,
                "packets_received": packets_received,
                "packets_heard": packets_heard,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        direction = PhoneCallWay(d.pop("direction"))

        number = d.pop("number")

        state = PhoneCallState(d.pop("state"))

        def _parse_cause(data: object) -> None | PhoneCallCause:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cause_type_1 = PhoneCallCause(data)

                return cause_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PhoneCallCause, data)

        cause = _parse_cause(d.pop("cause"))

        def _parse_sip_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sip_status = _parse_sip_status(d.pop("sip_status"))

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

        def _parse_call(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        call = _parse_call(d.pop("call"))

        def _parse_community(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        community = _parse_community(d.pop("community"))

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

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

        packets_sent = d.pop("packets_sent")

        packets_received = d.pop("packets_received")

        packets_heard = d.pop("packets_heard")

        phone_call = cls(
            id=id,
            direction=direction,
            number=number,
            state=state,
            cause=cause,
            sip_status=sip_status,
            reason=reason,
            call=call,
            community=community,
            started_at=started_at,
            answered_at=answered_at,
            ended_at=ended_at,
            packets_sent=packets_sent,
            packets_received=packets_received,
            packets_heard=packets_heard,
        )

        phone_call.additional_properties = d
        return phone_call

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
