from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PoolFileOrder")


@_attrs_define
class PoolFileOrder:
    toml: str
    """ The file, in TOML. """
    fingerprint: str
    """ That of the plan which was shown: it is this plan that is carried out, or none. """

    def to_dict(self) -> dict[str, Any]:
        toml = self.toml

        fingerprint = self.fingerprint

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "toml": toml,
                "fingerprint": fingerprint,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        toml = d.pop("toml")

        fingerprint = d.pop("fingerprint")

        pool_file_order = cls(
            toml=toml,
            fingerprint=fingerprint,
        )

        return pool_file_order
