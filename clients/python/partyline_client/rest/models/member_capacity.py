from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.runs_out import RunsOut


T = TypeVar("T", bound="MemberCapacity")


@_attrs_define
class MemberCapacity:
    """How full one member's table is."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    name: str
    """ What people call them. """
    region: None | str
    """ The region of their phone. """
    contacts: int
    """ Contacts that they have, chosen and received. """
    usable: int
    """ Numbers that may stand for a new contact. """
    used: int
    """ Of those, how many stand for contacts of this member. """
    cooling: int
    """ Of those, how many cool down for this member. """
    kept: int
    """ Of those, how many are kept for former contacts of this member. """
    stopped: int
    """ Of those, how many the member's phones have stopped. """
    free: int
    """ How many contacts more the member can choose: as many numbers as the choice would find free for somebody
    with
    whom the member has no past. """
    receivable: int
    """ How many contacts more the member can receive. """
    missing: int
    """ How many numbers are missing for the contacts of a what-if. """
    idle: int
    """ Contacts that the member has not used for a cool-down: most of those may give way where the community
    recycles. """
    made: int
    """ Contacts made in the last 90 days, without those of the member's first day. """
    let_go: int
    """ Older contacts let go of in that time. """
    runs_out: RunsOut
    """ When a table will be full, at the rate of the last 90 days. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        name = self.name

        region: None | str
        region = self.region

        contacts = self.contacts

        usable = self.usable

        used = self.used

        cooling = self.cooling

        kept = self.kept

        stopped = self.stopped

        free = self.free

        receivable = self.receivable

        missing = self.missing

        idle = self.idle

        made = self.made

        let_go = self.let_go

        runs_out = self.runs_out.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "name": name,
                "region": region,
                "contacts": contacts,
                "usable": usable,
                "used": used,
                "cooling": cooling,
                "kept": kept,
                "stopped": stopped,
                "free": free,
                "receivable": receivable,
                "missing": missing,
                "idle": idle,
                "made": made,
                "let_go": let_go,
                "runs_out": runs_out,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.runs_out import RunsOut  # noqa: PLC0415

        d = dict(src_dict)
        member = d.pop("member")

        name = d.pop("name")

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        contacts = d.pop("contacts")

        usable = d.pop("usable")

        used = d.pop("used")

        cooling = d.pop("cooling")

        kept = d.pop("kept")

        stopped = d.pop("stopped")

        free = d.pop("free")

        receivable = d.pop("receivable")

        missing = d.pop("missing")

        idle = d.pop("idle")

        made = d.pop("made")

        let_go = d.pop("let_go")

        runs_out = RunsOut.from_dict(d.pop("runs_out"))

        member_capacity = cls(
            member=member,
            name=name,
            region=region,
            contacts=contacts,
            usable=usable,
            used=used,
            cooling=cooling,
            kept=kept,
            stopped=stopped,
            free=free,
            receivable=receivable,
            missing=missing,
            idle=idle,
            made=made,
            let_go=let_go,
            runs_out=runs_out,
        )

        member_capacity.additional_properties = d
        return member_capacity

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
