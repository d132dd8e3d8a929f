from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.session_user import SessionUser


T = TypeVar("T", bound="Session")


@_attrs_define
class Session:
    """A session."""

    user: SessionUser
    """ Who is signed in. """
    csrf: str
    """ For the header `X-CSRF-Token` of whatever changes something. """
    may_reveal: bool
    """ Whether real numbers are shown to them where they ask. """
    expires_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user = self.user.to_dict()

        csrf = self.csrf

        may_reveal = self.may_reveal

        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "user": user,
                "csrf": csrf,
                "may_reveal": may_reveal,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.session_user import SessionUser  # noqa: PLC0415

        d = dict(src_dict)
        user = SessionUser.from_dict(d.pop("user"))

        csrf = d.pop("csrf")

        may_reveal = d.pop("may_reveal")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        session = cls(
            user=user,
            csrf=csrf,
            may_reveal=may_reveal,
            expires_at=expires_at,
        )

        session.additional_properties = d
        return session

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
