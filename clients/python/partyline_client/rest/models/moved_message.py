from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_status import MessageStatus
from ..models.reason import Reason

T = TypeVar("T", bound="MovedMessage")


@_attrs_define
class MovedMessage:
    """A message whose status changed; never its text."""

    id: str
    """ A message. The id is `msg_` and 13 letters and digits; ids sort by time. """
    from_: None | str
    """ The sender, if a member. """
    to: None | str
    """ The recipient, if known. """
    status: MessageStatus
    """ Where a message stands. The whole life is drawn in `ARCHITECTURE.md`. """
    reason: None | Reason
    """ Why, when it ended badly. """
    detail: None | str
    """ The carrier's own words. """
    updated_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        from_: None | str
        from_ = self.from_

        to: None | str
        to = self.to

        status = self.status.value

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        detail: None | str
        detail = self.detail

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "from": from_,
                "to": to,
                "status": status,
                "reason": reason,
                "detail": detail,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

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

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        moved_message = cls(
            id=id,
            from_=from_,
            to=to,
            status=status,
            reason=reason,
            detail=detail,
            updated_at=updated_at,
        )

        moved_message.additional_properties = d
        return moved_message

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
