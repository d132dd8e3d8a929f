from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.admin_role import AdminRole
from ..types import UNSET, Unset

T = TypeVar("T", bound="AdminUserEdit")


@_attrs_define
class AdminUserEdit:
    name: None | str | Unset = UNSET
    """ Another name. """
    role: AdminRole | None | Unset = UNSET
    """ Another role. """
    communities: list[str] | None | Unset = UNSET
    """ Other communities; null: all. """
    disabled: bool | None | Unset = UNSET
    """ True: they are signed out everywhere, and may not sign in. """

    def to_dict(self) -> dict[str, Any]:
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        role: None | str | Unset
        if isinstance(self.role, Unset):
            role = UNSET
        elif isinstance(self.role, AdminRole):
            role = self.role.value
        else:
            role = self.role

        communities: list[str] | None | Unset
        if isinstance(self.communities, Unset):
            communities = UNSET
        elif isinstance(self.communities, list):
            communities = self.communities

        else:
            communities = self.communities

        disabled: bool | None | Unset
        if isinstance(self.disabled, Unset):
            disabled = UNSET
        else:
            disabled = self.disabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if role is not UNSET:
            field_dict["role"] = role
        if communities is not UNSET:
            field_dict["communities"] = communities
        if disabled is not UNSET:
            field_dict["disabled"] = disabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_role(data: object) -> AdminRole | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                role_type_1 = AdminRole(data)

                return role_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AdminRole | None | Unset, data)

        role = _parse_role(d.pop("role", UNSET))

        def _parse_communities(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                communities_type_0 = cast(list[str], data)

                return communities_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        communities = _parse_communities(d.pop("communities", UNSET))

        def _parse_disabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        disabled = _parse_disabled(d.pop("disabled", UNSET))

        admin_user_edit = cls(
            name=name,
            role=role,
            communities=communities,
            disabled=disabled,
        )

        return admin_user_edit
