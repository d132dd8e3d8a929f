from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.opt_in_source import OptInSource
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewOptIn")


@_attrs_define
class NewOptIn:
    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    source: OptInSource
    """ How a consent was given. """
    evidence: str
    """ The wording that was agreed to, or where it is kept. """
    device: None | str | Unset = UNSET
    """ Which of their phones; the one that texts go to, if absent. """
    contact: None | str | Unset = UNSET
    """ To texts of this contact alone; to texts of all, if absent. """
    given_at: datetime.datetime | None | Unset = UNSET
    """ When it was given; now, if absent. """

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        source = self.source.value

        evidence = self.evidence

        device: None | str | Unset
        if isinstance(self.device, Unset):
            device = UNSET
        else:
            device = self.device

        contact: None | str | Unset
        if isinstance(self.contact, Unset):
            contact = UNSET
        else:
            contact = self.contact

        given_at: None | str | Unset
        if isinstance(self.given_at, Unset):
            given_at = UNSET
        elif isinstance(self.given_at, datetime.datetime):
            given_at = self.given_at.isoformat()
        else:
            given_at = self.given_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "member": member,
                "source": source,
                "evidence": evidence,
            }
        )
        if device is not UNSET:
            field_dict["device"] = device
        if contact is not UNSET:
            field_dict["contact"] = contact
        if given_at is not UNSET:
            field_dict["given_at"] = given_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        source = OptInSource(d.pop("source"))

        evidence = d.pop("evidence")

        def _parse_device(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        device = _parse_device(d.pop("device", UNSET))

        def _parse_contact(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contact = _parse_contact(d.pop("contact", UNSET))

        def _parse_given_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                given_at_type_1 = datetime.datetime.fromisoformat(data)

                return given_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        given_at = _parse_given_at(d.pop("given_at", UNSET))

        new_opt_in = cls(
            member=member,
            source=source,
            evidence=evidence,
            device=device,
            contact=contact,
            given_at=given_at,
        )

        return new_opt_in
