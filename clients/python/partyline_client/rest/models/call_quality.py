from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.leg_quality import LegQuality


T = TypeVar("T", bound="CallQuality")


@_attrs_define
class CallQuality:
    """How a call sounded."""

    caller: LegQuality | None
    """ The sound that came from the caller. """
    callee: LegQuality | None
    """ The sound that came from the one called. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.leg_quality import LegQuality  # noqa: PLC0415

        caller: dict[str, Any] | None
        if isinstance(self.caller, LegQuality):
            caller = self.caller.to_dict()
        else:
            caller = self.caller

        callee: dict[str, Any] | None
        if isinstance(self.callee, LegQuality):
            callee = self.callee.to_dict()
        else:
            callee = self.callee

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "caller": caller,
                "callee": callee,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.leg_quality import LegQuality  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_caller(data: object) -> LegQuality | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                caller_type_1 = LegQuality.from_dict(data)

                return caller_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LegQuality | None, data)

        caller = _parse_caller(d.pop("caller"))

        def _parse_callee(data: object) -> LegQuality | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                callee_type_1 = LegQuality.from_dict(data)

                return callee_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LegQuality | None, data)

        callee = _parse_callee(d.pop("callee"))

        call_quality = cls(
            caller=caller,
            callee=callee,
        )

        call_quality.additional_properties = d
        return call_quality

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
