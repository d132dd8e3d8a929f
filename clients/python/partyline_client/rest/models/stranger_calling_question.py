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
    from ..models.stranger_calling_data import StrangerCallingData


T = TypeVar("T", bound="StrangerCallingQuestion")


@_attrs_define
class StrangerCallingQuestion:
    """Who calls?"""

    type_: Literal["stranger.calling"]
    """ What it is. """
    timestamp: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    community: str
    """ A community. The id is `com_` and 13 letters and digits; ids sort by time. """
    data: StrangerCallingData
    """ A call from a phone that is no member's. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        timestamp = self.timestamp.isoformat()

        community = self.community

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "timestamp": timestamp,
                "community": community,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stranger_calling_data import StrangerCallingData  # noqa: PLC0415

        d = dict(src_dict)
        type_ = cast(Literal["stranger.calling"], d.pop("type"))
        if type_ != "stranger.calling":
            raise ValueError(f"type must match const 'stranger.calling', got '{type_}'")

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        community = d.pop("community")

        data = StrangerCallingData.from_dict(d.pop("data"))

        stranger_calling_question = cls(
            type_=type_,
            timestamp=timestamp,
            community=community,
            data=data,
        )

        stranger_calling_question.additional_properties = d
        return stranger_calling_question

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
