from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.changed_by import ChangedBy
from ..models.opt_in_end import OptInEnd
from ..models.opt_in_source import OptInSource

T = TypeVar("T", bound="OptIn")


@_attrs_define
class OptIn:
    """A consent to texts."""

    id: str
    """ A consent to texts. The id is `oin_` and 13 letters and digits; ids sort by time. """
    member: None | str
    """ Whose phone it is now, if a member's. """
    device: None | str
    """ That phone. """
    contact: None | str
    """ For whom the number stood then; none for every number. """
    number: None | str
    """ The number; none for every number of the community. """
    source: OptInSource
    """ How a consent was given. """
    evidence: str
    """ The wording that was agreed to, or where it is kept. Empty to keys of scope `app`: it may be anything, a
    phone too. """
    given_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    recorded_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    recorded_by: ChangedBy
    """ The words for them. """
    ended_at: datetime.datetime | None
    """ When it ended. """
    ended_by: None | OptInEnd
    """ By what. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        member: None | str
        member = self.member

        device: None | str
        device = self.device

        contact: None | str
        contact = self.contact

        number: None | str
        number = self.number

        source = self.source.value

        evidence = self.evidence

        given_at = self.given_at.isoformat()

        recorded_at = self.recorded_at.isoformat()

        recorded_by = self.recorded_by.value

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        ended_by: None | str
        if isinstance(self.ended_by, OptInEnd):
            ended_by = self.ended_by.value
        else:
            ended_by = self.ended_by

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "member": member,
                "device": device,
                "contact": contact,
                "number": number,
                "source": source,
                "evidence": evidence,
                "given_at": given_at,
                "recorded_at": recorded_at,
                "recorded_by": recorded_by,
                "ended_at": ended_at,
                "ended_by": ended_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        member = _parse_member(d.pop("member"))

        def _parse_device(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        device = _parse_device(d.pop("device"))

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

        source = OptInSource(d.pop("source"))

        evidence = d.pop("evidence")

        given_at = datetime.datetime.fromisoformat(d.pop("given_at"))

        recorded_at = datetime.datetime.fromisoformat(d.pop("recorded_at"))

        recorded_by = ChangedBy(d.pop("recorded_by"))

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

        def _parse_ended_by(data: object) -> None | OptInEnd:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_by_type_1 = OptInEnd(data)

                return ended_by_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OptInEnd, data)

        ended_by = _parse_ended_by(d.pop("ended_by"))

        opt_in = cls(
            id=id,
            member=member,
            device=device,
            contact=contact,
            number=number,
            source=source,
            evidence=evidence,
            given_at=given_at,
            recorded_at=recorded_at,
            recorded_by=recorded_by,
            ended_at=ended_at,
            ended_by=ended_by,
        )

        opt_in.additional_properties = d
        return opt_in

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
