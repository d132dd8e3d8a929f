from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_rule import VerificationRule

T = TypeVar("T", bound="VerificationOffender")


@_attrs_define
class VerificationOffender:
    """Something that breaks a rule. Ids only: no real number, and no pool number either."""

    rule: VerificationRule
    """ What must hold of the assignment table; each offender names the rule that it breaks. """
    community: str
    """ A community. The id is `com_` and 13 letters and digits; ids sort by time. """
    member: None | str
    """ In whose table. """
    contact: None | str
    """ Who the contact is. """
    number: None | str
    """ Which number. """
    assignment: None | str
    """ Which assignment. """
    other_assignment: None | str
    """ The other assignment, where two collide. """
    device: None | str
    """ Which device. """
    other_device: None | str
    """ The other device, where two collide. """
    opt_out: None | str
    """ The opt-out. """
    other_number: None | str
    """ The other number, where two collide. """
    expected: int | None
    """ What should be, of a count. """
    found: int | None
    """ What is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule.value

        community = self.community

        member: None | str
        member = self.member

        contact: None | str
        contact = self.contact

        number: None | str
        number = self.number

        assignment: None | str
        assignment = self.assignment

        other_assignment: None | str
        other_assignment = self.other_assignment

        device: None | str
        device = self.device

        other_device: None | str
        other_device = self.other_device

        opt_out: None | str
        opt_out = self.opt_out

        other_number: None | str
        other_number = self.other_number

        expected: int | None
        expected = self.expected

        found: int | None
        found = self.found

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule": rule,
                "community": community,
                "member": member,
                "contact": contact,
                "number": number,
                "assignment": assignment,
                "other_assignment": other_assignment,
                "device": device,
                "other_device": other_device,
                "opt_out": opt_out,
                "other_number": other_number,
                "expected": expected,
                "found": found,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule = VerificationRule(d.pop("rule"))

        community = d.pop("community")

        def _parse_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        member = _parse_member(d.pop("member"))

        def _parse_contact(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contact = _parse_contact(d.pop("contact"))

        def _parse_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        number = _parse_number(d.pop("number"))

        def _parse_assignment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        assignment = _parse_assignment(d.pop("assignment"))

        def _parse_other_assignment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        other_assignment = _parse_other_assignment(d.pop("other_assignment"))

        def _parse_device(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        device = _parse_device(d.pop("device"))

        def _parse_other_device(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        other_device = _parse_other_device(d.pop("other_device"))

        def _parse_opt_out(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        opt_out = _parse_opt_out(d.pop("opt_out"))

        def _parse_other_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        other_number = _parse_other_number(d.pop("other_number"))

        def _parse_expected(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected = _parse_expected(d.pop("expected"))

        def _parse_found(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        found = _parse_found(d.pop("found"))

        verification_offender = cls(
            rule=rule,
            community=community,
            member=member,
            contact=contact,
            number=number,
            assignment=assignment,
            other_assignment=other_assignment,
            device=device,
            other_device=other_device,
            opt_out=opt_out,
            other_number=other_number,
            expected=expected,
            found=found,
        )

        verification_offender.additional_properties = d
        return verification_offender

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
