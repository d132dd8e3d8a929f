from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_leg import CallLeg

T = TypeVar("T", bound="CallStep")


@_attrs_define
class CallStep:
    """One message or decision of a call, for its ladder."""

    at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    leg: CallLeg
    """ Which end. """
    inbound: bool
    """ True for what came in, false for what the broker sent or decided. """
    what: str
    """ A method, a status with its standard phrase, or a word of the broker's own; never anything that a
    peer wrote. """
    trunk: None | str
    """ The trunk, where the step belongs to one. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        leg = self.leg.value

        inbound = self.inbound

        what = self.what

        trunk: None | str
        trunk = self.trunk

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "leg": leg,
                "inbound": inbound,
                "what": what,
                "trunk": trunk,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        leg = CallLeg(d.pop("leg"))

        inbound = d.pop("inbound")

        what = d.pop("what")

        def _parse_trunk(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trunk = _parse_trunk(d.pop("trunk"))

        call_step = cls(
            at=at,
            leg=leg,
            inbound=inbound,
            what=what,
            trunk=trunk,
        )

        call_step.additional_properties = d
        return call_step

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
