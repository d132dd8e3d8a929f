from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="FirstSignIn")


@_attrs_define
class FirstSignIn:
    token: str
    """ The token of the one-time link. """
    name: str
    """ The name to sign in with from now on. """
    password: str
    """ The password to be: at least 10 characters. """

    def to_dict(self) -> dict[str, Any]:
        token = self.token

        name = self.name

        password = self.password

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "token": token,
                "name": name,
                "password": password,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        token = d.pop("token")

        name = d.pop("name")

        password = d.pop("password")

        first_sign_in = cls(
            token=token,
            name=name,
            password=password,
        )

        return first_sign_in
