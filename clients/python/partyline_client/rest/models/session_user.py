from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.admin_role import AdminRole

T = TypeVar("T", bound="SessionUser")


@_attrs_define
class SessionUser:
    """Who is signed in."""

    id: str
    """ A user: somebody who signs in with a browser. The id is `usr_` and 13 letters and digits; ids sort by time.
    """
    name: str
    """ The name. """
    role: AdminRole
    """ What a user may do. """
    communities: list[str] | None
    """ The communities that are theirs; null: all. """
    totp: bool
    """ Is asked for a one-time code at sign-in. """
    has_password: bool
    """ Has a password here: who signs in by a provider alone has none. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        role = self.role.value

        communities: list[str] | None
        if isinstance(self.communities, list):
            communities = self.communities

        else:
            communities = self.communities

        totp = self.totp

        has_password = self.has_password

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "role": role,
                "communities": communities,
                "totp": totp,
                "has_password": has_password,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        role = AdminRole(d.pop("role"))

        def _parse_communities(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                communities_type_0 = cast(list[str], data)

                return communities_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        communities = _parse_communities(d.pop("communities"))

        totp = d.pop("totp")

        has_password = d.pop("has_password")

        session_user = cls(
            id=id,
            name=name,
            role=role,
            communities=communities,
            totp=totp,
            has_password=has_password,
        )

        session_user.additional_properties = d
        return session_user

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
