from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.pool_change_type_0 import PoolChangeType0
    from ..models.pool_change_type_1 import PoolChangeType1
    from ..models.pool_change_type_2 import PoolChangeType2
    from ..models.pool_change_type_3 import PoolChangeType3
    from ..models.pool_change_type_4 import PoolChangeType4
    from ..models.pool_change_type_5 import PoolChangeType5
    from ..models.pool_change_type_6 import PoolChangeType6
    from ..models.pool_change_type_7 import PoolChangeType7
    from ..models.pool_change_type_8 import PoolChangeType8
    from ..models.pool_change_type_9 import PoolChangeType9
    from ..models.pool_change_type_10 import PoolChangeType10
    from ..models.unmanaged import Unmanaged


T = TypeVar("T", bound="PoolPlan")


@_attrs_define
class PoolPlan:
    """What is to be done, and what is left alone."""

    changes: list[
        PoolChangeType0
        | PoolChangeType1
        | PoolChangeType10
        | PoolChangeType2
        | PoolChangeType3
        | PoolChangeType4
        | PoolChangeType5
        | PoolChangeType6
        | PoolChangeType7
        | PoolChangeType8
        | PoolChangeType9
    ]
    """ In the order in which it is done. """
    unmanaged: Unmanaged
    """ What exists and is not in the file; of members and contacts the first thousand. """
    retired: list[str]
    """ Numbers that a swap has emptied and that lead nowhere any more: they can be removed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.pool_change_type_0 import PoolChangeType0  # noqa: PLC0415
        from ..models.pool_change_type_1 import PoolChangeType1  # noqa: PLC0415
        from ..models.pool_change_type_2 import PoolChangeType2  # noqa: PLC0415
        from ..models.pool_change_type_3 import PoolChangeType3  # noqa: PLC0415
        from ..models.pool_change_type_4 import PoolChangeType4  # noqa: PLC0415
        from ..models.pool_change_type_5 import PoolChangeType5  # noqa: PLC0415
        from ..models.pool_change_type_6 import PoolChangeType6  # noqa: PLC0415
        from ..models.pool_change_type_7 import PoolChangeType7  # noqa: PLC0415
        from ..models.pool_change_type_8 import PoolChangeType8  # noqa: PLC0415
        from ..models.pool_change_type_9 import PoolChangeType9  # noqa: PLC0415

        changes = []
        for changes_item_data in self.changes:
            changes_item: dict[str, Any]
            if isinstance(changes_item_data, PoolChangeType0):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType1):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType2):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType3):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType4):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType5):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType6):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType7):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType8):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, PoolChangeType9):
                changes_item = changes_item_data.to_dict()
            else:
                changes_item = changes_item_data.to_dict()

            changes.append(changes_item)

        unmanaged = self.unmanaged.to_dict()

        retired = self.retired

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "changes": changes,
                "unmanaged": unmanaged,
                "retired": retired,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pool_change_type_0 import PoolChangeType0  # noqa: PLC0415
        from ..models.pool_change_type_1 import PoolChangeType1  # noqa: PLC0415
        from ..models.pool_change_type_2 import PoolChangeType2  # noqa: PLC0415
        from ..models.pool_change_type_3 import PoolChangeType3  # noqa: PLC0415
        from ..models.pool_change_type_4 import PoolChangeType4  # noqa: PLC0415
        from ..models.pool_change_type_5 import PoolChangeType5  # noqa: PLC0415
        from ..models.pool_change_type_6 import PoolChangeType6  # noqa: PLC0415
        from ..models.pool_change_type_7 import PoolChangeType7  # noqa: PLC0415
        from ..models.pool_change_type_8 import PoolChangeType8  # noqa: PLC0415
        from ..models.pool_change_type_9 import PoolChangeType9  # noqa: PLC0415
        from ..models.pool_change_type_10 import PoolChangeType10  # noqa: PLC0415
        from ..models.unmanaged import Unmanaged  # noqa: PLC0415

        d = dict(src_dict)
        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:

            def _parse_changes_item(
                data: object,
            ) -> (
                PoolChangeType0
                | PoolChangeType1
                | PoolChangeType10
                | PoolChangeType2
                | PoolChangeType3
                | PoolChangeType4
                | PoolChangeType5
                | PoolChangeType6
                | PoolChangeType7
                | PoolChangeType8
                | PoolChangeType9
            ):
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_0 = PoolChangeType0.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_1 = PoolChangeType1.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_2 = PoolChangeType2.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_3 = PoolChangeType3.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_4 = PoolChangeType4.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_4
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_5 = PoolChangeType5.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_5
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_6 = PoolChangeType6.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_6
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_7 = PoolChangeType7.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_7
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_8 = PoolChangeType8.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_8
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_pool_change_type_9 = PoolChangeType9.from_dict(
                        data
                    )

                    return componentsschemas_pool_change_type_9
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_pool_change_type_10 = PoolChangeType10.from_dict(data)

                return componentsschemas_pool_change_type_10

            changes_item = _parse_changes_item(changes_item_data)

            changes.append(changes_item)

        unmanaged = Unmanaged.from_dict(d.pop("unmanaged"))

        retired = cast(list[str], d.pop("retired"))

        pool_plan = cls(
            changes=changes,
            unmanaged=unmanaged,
            retired=retired,
        )

        pool_plan.additional_properties = d
        return pool_plan

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
