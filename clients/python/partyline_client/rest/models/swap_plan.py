from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.planned_move import PlannedMove
    from ..models.swap_hub import SwapHub
    from ..models.swap_targets import SwapTargets
    from ..models.swap_told import SwapTold


T = TypeVar("T", bound="SwapPlan")


@_attrs_define
class SwapPlan:
    """What a swap would do."""

    rows: int
    """ Rows on the numbers. """
    movable: int
    """ Of those, how many can be moved. """
    narrower: int
    """ Of those, how many get a number that cannot do all that the old one can. """
    stuck: int
    """ How many cannot be moved. """
    members: int
    """ Members on whose phones anything changes. """
    told: SwapTold
    """ Who would be told of how many rows. """
    overlap_s: int
    """ Whole seconds for which an old number would lead on. """
    notice: None | str
    """ What phones would be told; null: nothing. """
    numbers: list[SwapTargets]
    """ The numbers that would be emptied, with the rows on each. """
    left_out: list[SwapHub]
    """ Hubs of the carrier or the region, which would stay as they are. """
    targets: list[SwapTargets]
    """ The numbers that rows would get, with how many each. """
    moves: list[PlannedMove]
    """ A page of the moves, by member and old number. """
    next_cursor: None | str
    """ Where the next page of moves begins: give it as `cursor`. Null on the last page. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rows = self.rows

        movable = self.movable

        narrower = self.narrower

        stuck = self.stuck

        members = self.members

        told = self.told.to_dict()

        overlap_s = self.overlap_s

        notice: None | str
        notice = self.notice

        numbers = []
        for numbers_item_data in self.numbers:
            numbers_item = numbers_item_data.to_dict()
            numbers.append(numbers_item)

        left_out = []
        for left_out_item_data in self.left_out:
            left_out_item = left_out_item_data.to_dict()
            left_out.append(left_out_item)

        targets = []
        for targets_item_data in self.targets:
            targets_item = targets_item_data.to_dict()
            targets.append(targets_item)

        moves = []
        for moves_item_data in self.moves:
            moves_item = moves_item_data.to_dict()
            moves.append(moves_item)

        next_cursor: None | str
        next_cursor = self.next_cursor

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rows": rows,
                "movable": movable,
                "narrower": narrower,
                "stuck": stuck,
                "members": members,
                "told": told,
                "overlap_s": overlap_s,
                "notice": notice,
                "numbers": numbers,
                "left_out": left_out,
                "targets": targets,
                "moves": moves,
                "next_cursor": next_cursor,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.planned_move import PlannedMove  # noqa: PLC0415
        from ..models.swap_hub import SwapHub  # noqa: PLC0415
        from ..models.swap_targets import SwapTargets  # noqa: PLC0415
        from ..models.swap_told import SwapTold  # noqa: PLC0415

        d = dict(src_dict)
        rows = d.pop("rows")

        movable = d.pop("movable")

        narrower = d.pop("narrower")

        stuck = d.pop("stuck")

        members = d.pop("members")

        told = SwapTold.from_dict(d.pop("told"))

        overlap_s = d.pop("overlap_s")

        def _parse_notice(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notice = _parse_notice(d.pop("notice"))

        numbers = []
        _numbers = d.pop("numbers")
        for numbers_item_data in _numbers:
            numbers_item = SwapTargets.from_dict(numbers_item_data)

            numbers.append(numbers_item)

        left_out = []
        _left_out = d.pop("left_out")
        for left_out_item_data in _left_out:
            left_out_item = SwapHub.from_dict(left_out_item_data)

            left_out.append(left_out_item)

        targets = []
        _targets = d.pop("targets")
        for targets_item_data in _targets:
            targets_item = SwapTargets.from_dict(targets_item_data)

            targets.append(targets_item)

        moves = []
        _moves = d.pop("moves")
        for moves_item_data in _moves:
            moves_item = PlannedMove.from_dict(moves_item_data)

            moves.append(moves_item)

        def _parse_next_cursor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_cursor = _parse_next_cursor(d.pop("next_cursor"))

        swap_plan = cls(
            rows=rows,
            movable=movable,
            narrower=narrower,
            stuck=stuck,
            members=members,
            told=told,
            overlap_s=overlap_s,
            notice=notice,
            numbers=numbers,
            left_out=left_out,
            targets=targets,
            moves=moves,
            next_cursor=next_cursor,
        )

        swap_plan.additional_properties = d
        return swap_plan

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
