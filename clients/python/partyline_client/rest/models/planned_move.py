from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.swap_telling import SwapTelling

T = TypeVar("T", bound="PlannedMove")


@_attrs_define
class PlannedMove:
    """A row that would be moved, or could not be."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    assignment: str
    """ An assignment: the same row as the contact, as the pool sees it. The id is `asg_` and 13 letters and digits;
    ids sort by time. """
    from_: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    to: None | str
    """ The number that it would get; null where it cannot be moved. """
    narrower: bool
    """ The new number cannot do all that the old one can. """
    told: SwapTelling
    """ Who hears that a contact has another number. """
    reason: None | str
    """ Why it cannot be moved, in a sentence. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        contact = self.contact

        assignment = self.assignment

        from_ = self.from_

        to: None | str
        to = self.to

        narrower = self.narrower

        told = self.told.value

        reason: None | str
        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "contact": contact,
                "assignment": assignment,
                "from": from_,
                "to": to,
                "narrower": narrower,
                "told": told,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        contact = d.pop("contact")

        assignment = d.pop("assignment")

        from_ = d.pop("from")

        def _parse_to(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        to = _parse_to(d.pop("to"))

        narrower = d.pop("narrower")

        told = SwapTelling(d.pop("told"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        planned_move = cls(
            member=member,
            contact=contact,
            assignment=assignment,
            from_=from_,
            to=to,
            narrower=narrower,
            told=told,
            reason=reason,
        )

        planned_move.additional_properties = d
        return planned_move

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
