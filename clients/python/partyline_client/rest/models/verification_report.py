from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.verification_report_body import VerificationReportBody
    from ..models.verification_signature import VerificationSignature


T = TypeVar("T", bound="VerificationReport")


@_attrs_define
class VerificationReport:
    """A signed report, as it is written."""

    report: VerificationReportBody
    """ What was found. """
    signature: VerificationSignature
    """ Who says so. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        report = self.report.to_dict()

        signature = self.signature.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "report": report,
                "signature": signature,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.verification_report_body import VerificationReportBody  # noqa: PLC0415
        from ..models.verification_signature import VerificationSignature  # noqa: PLC0415

        d = dict(src_dict)
        report = VerificationReportBody.from_dict(d.pop("report"))

        signature = VerificationSignature.from_dict(d.pop("signature"))

        verification_report = cls(
            report=report,
            signature=signature,
        )

        verification_report.additional_properties = d
        return verification_report

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
