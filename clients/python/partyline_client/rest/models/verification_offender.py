from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_rule import VerificationRule
from ..types import UNSET, Unset

T = TypeVar("T", bound="VerificationOffender")


@_attrs_define
class VerificationOffender:
    """Something that breaks a rule. Ids only: no real number, and no pool number either."""

    rule: VerificationRule
    """ What must hold of the assignment table; each offender names the rule that it breaks. """
    community: str
    """ A community. The id is `com_` and 13 letters and digits; ids sort by time. """
    member: None | str | Unset = UNSET
    """ In whose table. """
    contact: None | str | Unset = UNSET
    """ Who the contact is. """
    number: None | str | Unset = UNSET
    """ Which number. """
    assignment: None | str | Unset = UNSET
    """ Which assignment. """
    other_assignment: None | str | Unset = UNSET
    """ The other assignment, where two collide. """
    device: None | str | Unset = UNSET
    """ Which device. """
    other_device: None | str | Unset = UNSET
    """ The other device, where two collide. """
    opt_out: None | str | Unset = UNSET
    """ The opt-out. """
    other_number: None | str | Unset = UNSET
    """ The other number, where two collide. """
    expected: int | None | Unset = UNSET
    """ What should be, of a count. """
    found: int | None | Unset = UNSET
    """ What is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule.value

        community = self.community

        member: None | str | Unset
        if isinstance(self.member, Unset):
            member = UNSET
        else:
            member = self.member

        contact: None | str | Unset
        if isinstance(self.contact, Unset):
            contact = UNSET
        else:
            contact = self.contact

        number: None | str | Unset
        if isinstance(self.number, Unset):
            number = UNSET
        else:
            number = self.number

        assignment: None | str | Unset
        if isinstance(self.assignment, Unset):
            assignment = UNSET
        else:
            assignment = self.assignment

        other_assignment: None | str | Unset
        if isinstance(self.other_assignment, Unset):
            other_assignment = UNSET
        else:
            other_assignment = self.other_assignment

        device: None | str | Unset
        if isinstance(self.device, Unset):
            device = UNSET
        else:
            device = self.device

        other_device: None | str | Unset
        if isinstance(self.other_device, Unset):
            other_device = UNSET
        else:
            other_device = self.other_device

        opt_out: None | str | Unset
        if isinstance(self.opt_out, Unset):
            opt_out = UNSET
        else:
            opt_out = self.opt_out

        other_number: None | str | Unset
        if isinstance(self.other_number, Unset):
            other_number = UNSET
        else:
            other_number = self.other_number

        expected: int | None | Unset
        if isinstance(self.expected, Unset):
            expected = UNSET
        else:
            expected = self.expected

        found: int | None | Unset
        if isinstance(self.found, Unset):
            found = UNSET
        else:
            found = self.found

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule": rule,
                "community": community,
            }
        )
        if member is not UNSET:
            field_dict["member"] = member
        if contact is not UNSET:
            field_dict["contact"] = contact
        if number is not UNSET:
            field_dict["number"] = number
        if assignment is not UNSET:
            field_dict["assignment"] = assignment
        if other_assignment is not UNSET:
            field_dict["other_assignment"] = other_assignment
        if device is not UNSET:
            field_dict["device"] = device
        if other_device is not UNSET:
            field_dict["other_device"] = other_device
        if opt_out is not UNSET:
            field_dict["opt_out"] = opt_out
        if other_number is not UNSET:
            field_dict["other_number"] = other_number
        if expected is not UNSET:
            field_dict["expected"] = expected
        if found is not UNSET:
            field_dict["found"] = found

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule = VerificationRule(d.pop("rule"))

        community = d.pop("community")

        def _parse_member(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        member = _parse_member(d.pop("member", UNSET))

        def _parse_contact(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contact = _parse_contact(d.pop("contact", UNSET))

        def _parse_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        number = _parse_number(d.pop("number", UNSET))

        def _parse_assignment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        assignment = _parse_assignment(d.pop("assignment", UNSET))

        def _parse_other_assignment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        other_assignment = _parse_other_assignment(d.pop("other_assignment", UNSET))

        def _parse_device(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        device = _parse_device(d.pop("device", UNSET))

        def _parse_other_device(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        other_device = _parse_other_device(d.pop("other_device", UNSET))

        def _parse_opt_out(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        opt_out = _parse_opt_out(d.pop("opt_out", UNSET))

        def _parse_other_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        other_number = _parse_other_number(d.pop("other_number", UNSET))

        def _parse_expected(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expected = _parse_expected(d.pop("expected", UNSET))

        def _parse_found(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        found = _parse_found(d.pop("found", UNSET))

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
