from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_api_key_scope import NewApiKeyScope
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewApiKey")


@_attrs_define
class NewApiKey:
    name: str
    """ What it is for. """
    scope: NewApiKeyScope
    """ What it opens. """
    community: None | str | Unset = UNSET
    """ The community that it opens; none for scope `admin`. """
    app: None | str | Unset = UNSET
    """ The app that it belongs to; for scope `app`. """
    read_only: bool | Unset = UNSET
    """ Opens nothing but reading. """
    expires_in_s: int | None | Unset = UNSET
    """ Seconds until it ends; without end if absent. """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        scope = self.scope.value

        community: None | str | Unset
        if isinstance(self.community, Unset):
            community = UNSET
        else:
            community = self.community

        app: None | str | Unset
        if isinstance(self.app, Unset):
            app = UNSET
        else:
            app = self.app

        read_only = self.read_only

        expires_in_s: int | None | Unset
        if isinstance(self.expires_in_s, Unset):
            expires_in_s = UNSET
        else:
            expires_in_s = self.expires_in_s

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "scope": scope,
            }
        )
        if community is not UNSET:
            field_dict["community"] = community
        if app is not UNSET:
            field_dict["app"] = app
        if read_only is not UNSET:
            field_dict["read_only"] = read_only
        if expires_in_s is not UNSET:
            field_dict["expires_in_s"] = expires_in_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        scope = NewApiKeyScope(d.pop("scope"))

        def _parse_community(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        community = _parse_community(d.pop("community", UNSET))

        def _parse_app(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        app = _parse_app(d.pop("app", UNSET))

        read_only = d.pop("read_only", UNSET)

        def _parse_expires_in_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in_s = _parse_expires_in_s(d.pop("expires_in_s", UNSET))

        new_api_key = cls(
            name=name,
            scope=scope,
            community=community,
            app=app,
            read_only=read_only,
            expires_in_s=expires_in_s,
        )

        return new_api_key
