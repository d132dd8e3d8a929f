from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.carrier import Carrier


T = TypeVar("T", bound="CarrierView")


@_attrs_define
class CarrierView:
    """All of them, as one node sees them."""

    node: int
    """ Which node says this: links and counts are its own. """
    since: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    data: list[Carrier]
    """ The carriers and trunks, by name. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        node = self.node

        since = self.since.isoformat()

        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "node": node,
                "since": since,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.carrier import Carrier  # noqa: PLC0415

        d = dict(src_dict)
        node = d.pop("node")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        data = []
        _data = d.pop("data")
        for data_item_data in _data:
            data_item = Carrier.from_dict(data_item_data)

            data.append(data_item)

        carrier_view = cls(
            node=node,
            since=since,
            data=data,
        )

        carrier_view.additional_properties = d
        return carrier_view

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
