from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.conflict_settlement import ConflictSettlement
from ..models.owner_settlement import OwnerSettlement
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.settled_conflict import SettledConflict


T = TypeVar("T", bound="PhoneReplacement")


@_attrs_define
class PhoneReplacement:
    phone: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    settle: list[SettledConflict] | Unset = UNSET
    """ What is to become of each pair whose number is somebody else on the new phone. """
    otherwise: ConflictSettlement | None | Unset = UNSET
    """ What is to become of all such pairs that `settle` does not name. """
    owner: None | OwnerSettlement | Unset = UNSET
    """ What is to become of the member whose phone it is. """
    dry_run: bool | Unset = UNSET
    """ Say what stands against it and what would become of it; write nothing. """

    def to_dict(self) -> dict[str, Any]:
        phone = self.phone

        settle: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.settle, Unset):
            settle = []
            for settle_item_data in self.settle:
                settle_item = settle_item_data.to_dict()
                settle.append(settle_item)

        otherwise: None | str | Unset
        if isinstance(self.otherwise, Unset):
            otherwise = UNSET
        elif isinstance(self.otherwise, ConflictSettlement):
            otherwise = self.otherwise.value
        else:
            otherwise = self.otherwise

        owner: None | str | Unset
        if isinstance(self.owner, Unset):
            owner = UNSET
        elif isinstance(self.owner, OwnerSettlement):
            owner = self.owner.value
        else:
            owner = self.owner

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone": phone,
            }
        )
        if settle is not UNSET:
            field_dict["settle"] = settle
        if otherwise is not UNSET:
            field_dict["otherwise"] = otherwise
        if owner is not UNSET:
            field_dict["owner"] = owner
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.settled_conflict import SettledConflict  # noqa: PLC0415

        d = dict(src_dict)
        phone = d.pop("phone")

        _settle = d.pop("settle", UNSET)
        settle: list[SettledConflict] | Unset = UNSET
        if _settle is not UNSET:
            settle = []
            for settle_item_data in _settle:
                settle_item = SettledConflict.from_dict(settle_item_data)

                settle.append(settle_item)

        def _parse_otherwise(data: object) -> ConflictSettlement | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                otherwise_type_1 = ConflictSettlement(data)

                return otherwise_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConflictSettlement | None | Unset, data)

        otherwise = _parse_otherwise(d.pop("otherwise", UNSET))

        def _parse_owner(data: object) -> None | OwnerSettlement | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_type_1 = OwnerSettlement(data)

                return owner_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OwnerSettlement | Unset, data)

        owner = _parse_owner(d.pop("owner", UNSET))

        dry_run = d.pop("dry_run", UNSET)

        phone_replacement = cls(
            phone=phone,
            settle=settle,
            otherwise=otherwise,
            owner=owner,
            dry_run=dry_run,
        )

        return phone_replacement
