from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.owner_settlement import OwnerSettlement
from ..models.reference_fate import ReferenceFate

T = TypeVar("T", bound="FormerOwner")


@_attrs_define
class FormerOwner:
    """The member whose phone the new one was."""

    member: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    guest: bool
    """ Has no account. """
    only_device: bool
    """ Has nothing but this phone. """
    pairs: int
    """ How many contacts they have. """
    settled: None | OwnerSettlement
    """ How it is settled; null while it is not. """
    reference: None | str
    """ What they are called elsewhere, by `reference` of an import; null where they are called nothing. """
    reference_becomes: None | ReferenceFate
    """ What becomes of that; null where there is none, or nothing is settled yet. """
    merged: int
    """ How many of their contacts become the member's. """
    released: int
    """ How many are released: the member has them already, or the owner lost the only device. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        member = self.member

        guest = self.guest

        only_device = self.only_device

        pairs = self.pairs

        settled: None | str
        if isinstance(self.settled, OwnerSettlement):
            settled = self.settled.value
        else:
            settled = self.settled

        reference: None | str
        reference = self.reference

        reference_becomes: None | str
        if isinstance(self.reference_becomes, ReferenceFate):
            reference_becomes = self.reference_becomes.value
        else:
            reference_becomes = self.reference_becomes

        merged = self.merged

        released = self.released

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "member": member,
                "guest": guest,
                "only_device": only_device,
                "pairs": pairs,
                "settled": settled,
                "reference": reference,
                "reference_becomes": reference_becomes,
                "merged": merged,
                "released": released,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        member = d.pop("member")

        guest = d.pop("guest")

        only_device = d.pop("only_device")

        pairs = d.pop("pairs")

        def _parse_settled(data: object) -> None | OwnerSettlement:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                settled_type_1 = OwnerSettlement(data)

                return settled_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OwnerSettlement, data)

        settled = _parse_settled(d.pop("settled"))

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        def _parse_reference_becomes(data: object) -> None | ReferenceFate:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reference_becomes_type_1 = ReferenceFate(data)

                return reference_becomes_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReferenceFate, data)

        reference_becomes = _parse_reference_becomes(d.pop("reference_becomes"))

        merged = d.pop("merged")

        released = d.pop("released")

        former_owner = cls(
            member=member,
            guest=guest,
            only_device=only_device,
            pairs=pairs,
            settled=settled,
            reference=reference,
            reference_becomes=reference_becomes,
            merged=merged,
            released=released,
        )

        former_owner.additional_properties = d
        return former_owner

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
