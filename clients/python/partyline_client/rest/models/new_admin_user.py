from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.admin_role import AdminRole
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewAdminUser")


@_attrs_define
class NewAdminUser:
    name: str
    """ The name to sign in with; they may choose another when they follow the link. """
    role: AdminRole
    """ What a user may do. """
    communities: list[str] | None | Unset = UNSET
    """ The communities that are theirs; all if absent or null. None for owners, who have all. """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        role = self.role.value

        communities: list[str] | None | Unset
        if isinstance(self.communities, Unset):
            communities = UNSET
        elif isinstance(self.communities, list):
            communities = self.communities

        else:
            communities = self.communities

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "role": role,
            }
        )
        if communities is not UNSET:
            field_dict["communities"] = communities

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        role = AdminRole(d.pop("role"))

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

        new_admin_user = cls(
            name=name,
            role=role,
            communities=communities,
        )

        return new_admin_user
