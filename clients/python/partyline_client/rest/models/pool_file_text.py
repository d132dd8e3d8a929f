from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PoolFileText")


@_attrs_define
class PoolFileText:
    toml: str
    """ The file, in TOML. """

    def to_dict(self) -> dict[str, Any]:
        toml = self.toml

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "toml": toml,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        toml = d.pop("toml")

        pool_file_text = cls(
            toml=toml,
        )

        return pool_file_text
