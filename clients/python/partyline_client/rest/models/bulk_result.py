from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.bulk_row import BulkRow


T = TypeVar("T", bound="BulkResult")


@_attrs_define
class BulkResult:
    applied: bool
    """ Something was written. """
    dry_run: bool
    """ As asked. """
    rows: list[BulkRow]
    """ In the order in which they were given. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        applied = self.applied

        dry_run = self.dry_run

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "applied": applied,
                "dry_run": dry_run,
                "rows": rows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bulk_row import BulkRow  # noqa: PLC0415

        d = dict(src_dict)
        applied = d.pop("applied")

        dry_run = d.pop("dry_run")

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = BulkRow.from_dict(rows_item_data)

            rows.append(rows_item)

        bulk_result = cls(
            applied=applied,
            dry_run=dry_run,
            rows=rows,
        )

        bulk_result.additional_properties = d
        return bulk_result

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
