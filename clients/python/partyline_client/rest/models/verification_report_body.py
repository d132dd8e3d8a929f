from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.verification_counts import VerificationCounts
    from ..models.verification_offender import VerificationOffender
    from ..models.verification_rule_count import VerificationRuleCount


T = TypeVar("T", bound="VerificationReportBody")


@_attrs_define
class VerificationReportBody:
    """What was found."""

    format_: str
    """ The name of this form. """
    made_by: str
    """ The program that wrote it. """
    database: str
    """ `sqlite` or `postgres`. """
    community: None | str
    """ The community, if it is about one. """
    began_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    offenders: list[VerificationOffender]
    """ The rows that break a rule: every one, but for `left_out`. """
    checked: VerificationCounts
    """ How much was looked at. """
    rules: list[VerificationRuleCount]
    """ Of each rule, how many break it. """
    offender_count: int
    """ How many there are in all. """
    left_out: int
    """ How many of them are counted and not named: a report that the API keeps names 100,000. """
    clean: bool
    """ Whether there is none. """
    ended_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_

        made_by = self.made_by

        database = self.database

        community: None | str
        community = self.community

        began_at = self.began_at.isoformat()

        offenders = []
        for offenders_item_data in self.offenders:
            offenders_item = offenders_item_data.to_dict()
            offenders.append(offenders_item)

        checked = self.checked.to_dict()

        rules = []
        for rules_item_data in self.rules:
            rules_item = rules_item_data.to_dict()
            rules.append(rules_item)

        offender_count = self.offender_count

        left_out = self.left_out

        clean = self.clean

        ended_at = self.ended_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "format": format_,
                "made_by": made_by,
                "database": database,
                "community": community,
                "began_at": began_at,
                "offenders": offenders,
                "checked": checked,
                "rules": rules,
                "offender_count": offender_count,
                "left_out": left_out,
                "clean": clean,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.verification_counts import VerificationCounts  # noqa: PLC0415
        from ..models.verification_offender import VerificationOffender  # noqa: PLC0415
        from ..models.verification_rule_count import VerificationRuleCount  # noqa: PLC0415

        d = dict(src_dict)
        format_ = d.pop("format")

        made_by = d.pop("made_by")

        database = d.pop("database")

        def _parse_community(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        community = _parse_community(d.pop("community"))

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        offenders = []
        _offenders = d.pop("offenders")
        for offenders_item_data in _offenders:
            offenders_item = VerificationOffender.from_dict(offenders_item_data)

            offenders.append(offenders_item)

        checked = VerificationCounts.from_dict(d.pop("checked"))

        rules = []
        _rules = d.pop("rules")
        for rules_item_data in _rules:
            rules_item = VerificationRuleCount.from_dict(rules_item_data)

            rules.append(rules_item)

        offender_count = d.pop("offender_count")

        left_out = d.pop("left_out")

        clean = d.pop("clean")

        ended_at = datetime.datetime.fromisoformat(d.pop("ended_at"))

        verification_report_body = cls(
            format_=format_,
            made_by=made_by,
            database=database,
            community=community,
            began_at=began_at,
            offenders=offenders,
            checked=checked,
            rules=rules,
            offender_count=offender_count,
            left_out=left_out,
            clean=clean,
            ended_at=ended_at,
        )

        verification_report_body.additional_properties = d
        return verification_report_body

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
