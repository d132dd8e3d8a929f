from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:
    """What somebody did who was signed in, or tried to be."""

    id: str
    """ An entry of the audit log. The id is `aud_` and 13 letters and digits; ids sort by time. """
    at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    user: None | str
    """ Who; null where somebody failed to sign in whom nobody knows, and of an API key. """
    name: str
    """ The name, as it was then; of an API key its id. """
    what: str
    """ `sign_in`, `sign_in_failed`, `oidc_sign_in`, `oidc_sign_in_failed`, `totp_missing` and `totp_wrong` (the
    password was right, and the one-time code missing or
    wrong), `password_reset`, `reveal`, `partyline admin link` and `partyline admin reset` (on the broker's
    machine), or a
    request: its method and its path's pattern. """
    on: str
    """ To what: the path with its ids. Never with a real number. """
    address: str
    """ The address that it came from. """
    status: int
    """ The status of the answer; of a reveal 0, for it is written down first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        user: None | str
        user = self.user

        name = self.name

        what = self.what

        on = self.on

        address = self.address

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "user": user,
                "name": name,
                "what": what,
                "on": on,
                "address": address,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        def _parse_user(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        user = _parse_user(d.pop("user"))

        name = d.pop("name")

        what = d.pop("what")

        on = d.pop("on")

        address = d.pop("address")

        status = d.pop("status")

        audit_entry = cls(
            id=id,
            at=at,
            user=user,
            name=name,
            what=what,
            on=on,
            address=address,
            status=status,
        )

        audit_entry.additional_properties = d
        return audit_entry

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
