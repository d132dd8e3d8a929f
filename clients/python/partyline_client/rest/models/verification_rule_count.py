from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_rule import VerificationRule

T = TypeVar("T", bound="VerificationRuleCount")


@_attrs_define
class VerificationRuleCount:
    """How many break a rule."""

    rule: VerificationRule
    """ What must hold of the assignment table; each offender names the rule that it breaks. """
    offenders: int
    """ How many break it. """
    means: str
    """ What is wrong with those who do. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule.value

        offenders = self.offenders

        means = self.means

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule": rule,
                "offenders": offenders,
                "means": means,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule = VerificationRule(d.pop("rule"))

        offenders = d.pop("offenders")

        means = d.pop("means")

        verification_rule_count = cls(
            rule=rule,
            offenders=offenders,
            means=means,
        )

        verification_rule_count.additional_properties = d
        return verification_rule_count

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
