from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.capability import Capability
from ..types import UNSET, Unset

T = TypeVar("T", bound="AddedNumbers")


@_attrs_define
class AddedNumbers:
    count: int
    """ How many. """
    region: None | str | Unset = UNSET
    """ Their country by two letters; of no region if absent. """
    capabilities: list[Capability] | None | Unset = UNSET
    """ What they can carry; texts and calls if absent. """

    def to_dict(self) -> dict[str, Any]:
        count = self.count

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        capabilities: list[str] | None | Unset
        if isinstance(self.capabilities, Unset):
            capabilities = UNSET
        elif isinstance(self.capabilities, list):
            capabilities = []
            for componentsschemas_capabilities_item_data in self.capabilities:
                componentsschemas_capabilities_item = (
                    componentsschemas_capabilities_item_data.value
                )
                capabilities.append(componentsschemas_capabilities_item)

        else:
            capabilities = self.capabilities

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "count": count,
            }
        )
        if region is not UNSET:
            field_dict["region"] = region
        if capabilities is not UNSET:
            field_dict["capabilities"] = capabilities

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        count = d.pop("count")

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_capabilities(data: object) -> list[Capability] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                capabilities_type_1 = []
                _capabilities_type_1 = data
                for componentsschemas_capabilities_item_data in _capabilities_type_1:
                    componentsschemas_capabilities_item = Capability(
                        componentsschemas_capabilities_item_data
                    )

                    capabilities_type_1.append(componentsschemas_capabilities_item)

                return capabilities_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Capability] | None | Unset, data)

        capabilities = _parse_capabilities(d.pop("capabilities", UNSET))

        added_numbers = cls(
            count=count,
            region=region,
            capabilities=capabilities,
        )

        return added_numbers
