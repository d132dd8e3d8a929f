from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_cause import CallCause
from ..models.call_state import CallState
from ..models.interaction_kind import InteractionKind
from ..models.interaction_origin import InteractionOrigin
from ..models.message_status import MessageStatus
from ..models.reason import Reason

T = TypeVar("T", bound="Interaction")


@_attrs_define
class Interaction:
    """What happened once."""

    id: str
    """ The message or the call. """
    kind: InteractionKind
    """ `message` or `call`. """
    from_: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    origin: InteractionOrigin
    """ `phone` or `app`. """
    status: MessageStatus | None
    """ Of a message: where it stands. """
    state: CallState | None
    """ Of a call: where it stands. """
    cause: CallCause | None
    """ Of a call: why it ended. """
    reason: None | Reason
    """ Why, when a rule or a carrier ended it badly. """
    at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    updated_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind.value

        from_ = self.from_

        to = self.to

        origin = self.origin.value

        status: None | str
        if isinstance(self.status, MessageStatus):
            status = self.status.value
        else:
            status = self.status

        state: None | str
        if isinstance(self.state, CallState):
            state = self.state.value
        else:
            state = self.state

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

        at = self.at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "from": from_,
                "to": to,
                "origin": origin,
                "status": status,
                "state": state,
                "cause": cause,
                "reason": reason,
                "at": at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = InteractionKind(d.pop("kind"))

        from_ = d.pop("from")

        to = d.pop("to")

        origin = InteractionOrigin(d.pop("origin"))

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

        def _parse_state(data: object) -> CallState | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_1 = CallState(data)

                return state_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallState | None, data)

        state = _parse_state(d.pop("state"))

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

        at = datetime.datetime.fromisoformat(d.pop("at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        interaction = cls(
            id=id,
            kind=kind,
            from_=from_,
            to=to,
            origin=origin,
            status=status,
            state=state,
            cause=cause,
            reason=reason,
            at=at,
            updated_at=updated_at,
        )

        interaction.additional_properties = d
        return interaction

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
