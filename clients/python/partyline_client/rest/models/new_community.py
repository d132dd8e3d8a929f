from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.policy_patch import PolicyPatch


T = TypeVar("T", bound="NewCommunity")


@_attrs_define
class NewCommunity:
    name: str
    """ What people call it: 1 to 100 characters. """
    policy: None | PolicyPatch | Unset = UNSET
    """ What is absent has its default. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.policy_patch import PolicyPatch  # noqa: PLC0415

        name = self.name

        policy: dict[str, Any] | None | Unset
        if isinstance(self.policy, Unset):
            policy = UNSET
        elif isinstance(self.policy, PolicyPatch):
            policy = self.policy.to_dict()
        else:
            policy = self.policy

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if policy is not UNSET:
            field_dict["policy"] = policy

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.policy_patch import PolicyPatch  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        def _parse_policy(data: object) -> None | PolicyPatch | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                policy_type_1 = PolicyPatch.from_dict(data)

                return policy_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PolicyPatch | Unset, data)

        policy = _parse_policy(d.pop("policy", UNSET))

        new_community = cls(
            name=name,
            policy=policy,
        )

        return new_community
