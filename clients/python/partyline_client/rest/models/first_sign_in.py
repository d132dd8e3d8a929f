from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FirstSignIn")


@_attrs_define
class FirstSignIn:
    token: str
    """ The token of the one-time link. """
    password: str
    """ The password to be: at least 10 characters. """
    name: None | str | Unset = UNSET
    """ The name to sign in with from now on. Not where the link is for a new password: the name stays. """
    totp: None | str | Unset = UNSET
    """ Where the link is for a new password: the code of the authenticator app, where the user has one and keeps
    it. """

    def to_dict(self) -> dict[str, Any]:
        token = self.token

        password = self.password

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        totp: None | str | Unset
        if isinstance(self.totp, Unset):
            totp = UNSET
        else:
            totp = self.totp

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "token": token,
                "password": password,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if totp is not UNSET:
            field_dict["totp"] = totp

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        token = d.pop("token")

        password = d.pop("password")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_totp(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        totp = _parse_totp(d.pop("totp", UNSET))

        first_sign_in = cls(
            token=token,
            password=password,
            name=name,
            totp=totp,
        )

        return first_sign_in
