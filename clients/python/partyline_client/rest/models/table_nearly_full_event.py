from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.table_nearly_full_data import TableNearlyFullData


T = TypeVar("T", bound="TableNearlyFullEvent")


@_attrs_define
class TableNearlyFullEvent:
    """A member's table is nearly full."""

    id: str
    """ An event, as apps are told of it. The id is `evt_` and 13 letters and digits; ids sort by time. """
    type_: Literal["member.table_nearly_full"]
    """ What it is. """
    timestamp: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    community: str
    """ A community. The id is `com_` and 13 letters and digits; ids sort by time. """
    data: TableNearlyFullData
    """ A member has nearly as many contacts as there are numbers: soon nobody more can add them, unless they are
    reached
    through a hub. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_

        timestamp = self.timestamp.isoformat()

        community = self.community

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "type": type_,
                "timestamp": timestamp,
                "community": community,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.table_nearly_full_data import TableNearlyFullData  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        type_ = cast(Literal["member.table_nearly_full"], d.pop("type"))
        if type_ != "member.table_nearly_full":
            raise ValueError(
                f"type must match const 'member.table_nearly_full', got '{type_}'"
            )

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        community = d.pop("community")

        data = TableNearlyFullData.from_dict(d.pop("data"))

        table_nearly_full_event = cls(
            id=id,
            type_=type_,
            timestamp=timestamp,
            community=community,
            data=data,
        )

        table_nearly_full_event.additional_properties = d
        return table_nearly_full_event

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
