from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TrunkCalls")


@_attrs_define
class TrunkCalls:
    """The calls of a trunk, since this node's start."""

    now: int
    """ Calls at present. """
    most: int
    """ How many it may have at once; 0 = no limit. """
    per_s: int
    """ New calls a second that it may have; 0 = no limit. """
    incoming: int
    """ How many came by it. """
    outgoing: int
    """ Attempts that left by it. """
    answered: int
    """ Of both, those that were answered. """
    failed: int
    """ Attempts by it that failed. """
    refused: int
    """ Calls above its limits. """
    registered: bool | None
    """ Whether it is registered; null where it does not register. """
    asked_every_s: int
    """ Seconds between the OPTIONS that ask whether it is there; 0: it is not asked, and taken to be there. """
    brings: bool
    """ Whether it may bring calls. """
    takes: bool
    """ Whether calls may leave by it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        now = self.now

        most = self.most

        per_s = self.per_s

        incoming = self.incoming

        outgoing = self.outgoing

        answered = self.answered

        failed = self.failed

        refused = self.refused

        registered: bool | None
        registered = self.registered

        asked_every_s = self.asked_every_s

        brings = self.brings

        takes = self.takes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "now": now,
                "most": most,
                "per_s": per_s,
                "incoming": incoming,
                "outgoing": outgoing,
                "answered": answered,
                "failed": failed,
                "refused": refused,
                "registered": registered,
                "asked_every_s": asked_every_s,
                "brings": brings,
                "takes": takes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        now = d.pop("now")

        most = d.pop("most")

        per_s = d.pop("per_s")

        incoming = d.pop("incoming")

        outgoing = d.pop("outgoing")

        answered = d.pop("answered")

        failed = d.pop("failed")

        refused = d.pop("refused")

        def _parse_registered(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        registered = _parse_registered(d.pop("registered"))

        asked_every_s = d.pop("asked_every_s")

        brings = d.pop("brings")

        takes = d.pop("takes")

        trunk_calls = cls(
            now=now,
            most=most,
            per_s=per_s,
            incoming=incoming,
            outgoing=outgoing,
            answered=answered,
            failed=failed,
            refused=refused,
            registered=registered,
            asked_every_s=asked_every_s,
            brings=brings,
            takes=takes,
        )

        trunk_calls.additional_properties = d
        return trunk_calls

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
