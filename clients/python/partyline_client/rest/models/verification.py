from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_state import VerificationState

T = TypeVar("T", bound="Verification")


@_attrs_define
class Verification:
    """A verification of the assignment table."""

    id: str
    """ A verification of the assignment table. The id is `ver_` and 13 letters and digits; ids sort by time. """
    community: None | str
    """ The community that is verified; none for all. """
    state: VerificationState
    """ How a verification stands. """
    assignments: int
    """ Assignments looked at so far. """
    assignments_about: int
    """ How many there are, about. """
    offenders: int
    """ Rows found so far that break a rule. """
    clean: bool | None
    """ Whether there is none, once it is done. """
    error: None | str
    """ Why it failed. """
    began_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    ended_at: datetime.datetime | None
    """ When it ended. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        community: None | str
        community = self.community

        state = self.state.value

        assignments = self.assignments

        assignments_about = self.assignments_about

        offenders = self.offenders

        clean: bool | None
        clean = self.clean

        error: None | str
        error = self.error

        began_at = self.began_at.isoformat()

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "community": community,
                "state": state,
                "assignments": assignments,
                "assignments_about": assignments_about,
                "offenders": offenders,
                "clean": clean,
                "error": error,
                "began_at": began_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_community(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        community = _parse_community(d.pop("community"))

        state = VerificationState(d.pop("state"))

        assignments = d.pop("assignments")

        assignments_about = d.pop("assignments_about")

        offenders = d.pop("offenders")

        def _parse_clean(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        clean = _parse_clean(d.pop("clean"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_1 = datetime.datetime.fromisoformat(data)

                return ended_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        verification = cls(
            id=id,
            community=community,
            state=state,
            assignments=assignments,
            assignments_about=assignments_about,
            offenders=offenders,
            clean=clean,
            error=error,
            began_at=began_at,
            ended_at=ended_at,
        )

        verification.additional_properties = d
        return verification

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
