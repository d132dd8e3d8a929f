from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.capability import Capability

T = TypeVar("T", bound="NumberGroup")


@_attrs_define
class NumberGroup:
    """Numbers of one pool and region that can do the same."""

    pool: None | str
    """ The pool. Null for numbers that would be added. """
    name: str
    """ Its name. """
    region: None | str
    """ Their region. """
    capabilities: list[Capability]
    """ What a pool number can carry. """
    active: int
    """ How many take new pairs. """
    draining: int
    """ How many only keep the pairs that they have. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        pool: None | str
        pool = self.pool

        name = self.name

        region: None | str
        region = self.region

        capabilities = []
        for componentsschemas_capabilities_item_data in self.capabilities:
            componentsschemas_capabilities_item = (
                componentsschemas_capabilities_item_data.value
            )
            capabilities.append(componentsschemas_capabilities_item)

        active = self.active

        draining = self.draining

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "pool": pool,
                "name": name,
                "region": region,
                "capabilities": capabilities,
                "active": active,
                "draining": draining,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_pool(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pool = _parse_pool(d.pop("pool"))

        name = d.pop("name")

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        capabilities = []
        _capabilities = d.pop("capabilities")
        for componentsschemas_capabilities_item_data in _capabilities:
            componentsschemas_capabilities_item = Capability(
                componentsschemas_capabilities_item_data
            )

            capabilities.append(componentsschemas_capabilities_item)

        active = d.pop("active")

        draining = d.pop("draining")

        number_group = cls(
            pool=pool,
            name=name,
            region=region,
            capabilities=capabilities,
            active=active,
            draining=draining,
        )

        number_group.additional_properties = d
        return number_group

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
