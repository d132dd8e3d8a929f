from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.admin_role import AdminRole

T = TypeVar("T", bound="AdminUserWithLink")


@_attrs_define
class AdminUserWithLink:
    """A user with their one-time link, which is shown this once."""

    id: str
    """ A user: somebody who signs in with a browser. The id is `usr_` and 13 letters and digits; ids sort by time.
    """
    name: str
    """ The name to sign in with; upper and lower case are one. """
    role: AdminRole
    """ What a user may do. """
    communities: list[str] | None
    """ The communities that are theirs; null: all. Of owners always null. """
    invited: bool
    """ Has neither followed the one-time link yet nor signed in by a provider. """
    disabled: bool
    """ May not sign in. """
    totp: bool
    """ Is asked for a one-time code at sign-in. """
    provider: None | str
    """ The provider of OpenID Connect by which they sign in; null: none. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    signed_in_at: datetime.datetime | None
    """ When they last signed in. """
    link: str
    """ Where they choose their password; good once, for a day. A path where `http.public_url` is not set. """
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

        invited = self.invited

        disabled = self.disabled

        totp = self.totp

        provider: None | str
        provider = self.provider

        created_at = self.created_at.isoformat()

        signed_in_at: None | str
        if isinstance(self.signed_in_at, datetime.datetime):
            signed_in_at = self.signed_in_at.isoformat()
        else:
            signed_in_at = self.signed_in_at

        link = self.link

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "role": role,
                "communities": communities,
                "invited": invited,
                "disabled": disabled,
                "totp": totp,
                "provider": provider,
                "created_at": created_at,
                "signed_in_at": signed_in_at,
                "link": link,
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

        invited = d.pop("invited")

        disabled = d.pop("disabled")

        totp = d.pop("totp")

        def _parse_provider(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        provider = _parse_provider(d.pop("provider"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_signed_in_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                signed_in_at_type_1 = datetime.datetime.fromisoformat(data)

                return signed_in_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        signed_in_at = _parse_signed_in_at(d.pop("signed_in_at"))

        link = d.pop("link")

        admin_user_with_link = cls(
            id=id,
            name=name,
            role=role,
            communities=communities,
            invited=invited,
            disabled=disabled,
            totp=totp,
            provider=provider,
            created_at=created_at,
            signed_in_at=signed_in_at,
            link=link,
        )

        admin_user_with_link.additional_properties = d
        return admin_user_with_link

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
