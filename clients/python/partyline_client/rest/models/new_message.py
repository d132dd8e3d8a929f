from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewMessage")


@_attrs_define
class NewMessage:
    from_: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    to: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    text: str
    """ The text, up to the policy's `max_text_chars`. """
    urgent: bool | Unset = UNSET
    """ May go outside the recipient's texting hours, where the policy `urgent_texts` allows it. It overtakes what
    waits. """
    dry_run: bool | Unset = UNSET
    """ Say what would happen; write and send nothing. """

    def to_dict(self) -> dict[str, Any]:
        from_ = self.from_

        to = self.to

        text = self.text

        urgent = self.urgent

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "from": from_,
                "to": to,
                "text": text,
            }
        )
        if urgent is not UNSET:
            field_dict["urgent"] = urgent
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ = d.pop("from")

        to = d.pop("to")

        text = d.pop("text")

        urgent = d.pop("urgent", UNSET)

        dry_run = d.pop("dry_run", UNSET)

        new_message = cls(
            from_=from_,
            to=to,
            text=text,
            urgent=urgent,
            dry_run=dry_run,
        )

        return new_message
