from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_contacts_mode import NewContactsMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewContacts")


@_attrs_define
class NewContacts:
    contacts: list[str]
    """ The members or guests who become contacts. """
    mode: NewContactsMode | Unset = UNSET
    """ What happens when some cannot be. """
    dry_run: bool | Unset = UNSET
    """ Say what would be; write nothing. """

    def to_dict(self) -> dict[str, Any]:
        contacts = self.contacts

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contacts": contacts,
            }
        )
        if mode is not UNSET:
            field_dict["mode"] = mode
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contacts = cast(list[str], d.pop("contacts"))

        _mode = d.pop("mode", UNSET)
        mode: NewContactsMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = NewContactsMode(_mode)

        dry_run = d.pop("dry_run", UNSET)

        new_contacts = cls(
            contacts=contacts,
            mode=mode,
            dry_run=dry_run,
        )

        return new_contacts
