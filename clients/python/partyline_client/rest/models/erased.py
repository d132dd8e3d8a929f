from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Erased")


@_attrs_define
class Erased:
    """What an erasure has removed."""

    rows: int
    """ Rows that were removed, or from which something was. """
    compacted: bool
    """ The database's files were written anew. False where readers kept SQLite's log from ending: it ends when the
    broker stops, at the latest. """
    waiting: int
    """ Texts of others that hold a number of theirs and still wait to be sent. They lose their text when they are
    over;
    the erasure goes on by itself until then, and the files are written anew at its end. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rows = self.rows

        compacted = self.compacted

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rows": rows,
                "compacted": compacted,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rows = d.pop("rows")

        compacted = d.pop("compacted")

        waiting = d.pop("waiting")

        erased = cls(
            rows=rows,
            compacted=compacted,
            waiting=waiting,
        )

        erased.additional_properties = d
        return erased

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
