from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.swap_state import SwapState

if TYPE_CHECKING:
    from ..models.swap_hub import SwapHub
    from ..models.swap_number import SwapNumber


T = TypeVar("T", bound="Swap")


@_attrs_define
class Swap:
    """A swap: every pair is moved off some numbers."""

    id: str
    """ A swap: the moving of every pair off some numbers. The id is `swp_` and 13 letters and digits; ids sort by
    time. """
    state: SwapState
    """ How a swap stands. """
    undoing: bool
    """ Whether it goes back, or did before it was paused. """
    carrier: None | str
    """ The carrier that was named; null where it was not. """
    region: None | str
    """ The region that was named; null where it was not. """
    numbers: list[SwapNumber]
    """ The numbers that it empties. """
    left_out: list[SwapHub]
    """ Hubs of the carrier or the region, which it leaves as they are. """
    reason: None | str
    """ Why it has failed though every row was moved, in a sentence: pairs sit on those hubs. """
    overlap_s: int
    """ Whole seconds for which an old number leads on. """
    notice: None | str
    """ What phones are told; null: nothing. """
    total: int
    """ Rows on the numbers when it began. """
    moved: int
    """ Rows that it has moved. """
    left: int
    """ Rows that are still on the numbers. """
    failed: int
    """ Rows that could not be moved; `GET …/moves` says why. """
    told: int
    """ Phones that are told by a text, those that are frozen among them. """
    waits_for_notices: bool
    """ It takes no rows until some of its notices have left, so that members' texts are not kept waiting, nor their
    numbers' caps of a day used up; it goes on by itself. """
    undone: int
    """ Rows that were moved back. """
    not_undone: int
    """ Rows that could not be moved back; `GET …/moves` says why. """
    forwards_until: datetime.datetime | None
    """ Until when the last of the old numbers leads on; null while nothing was moved. """
    created_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    changed_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    ended_at: datetime.datetime | None
    """ When it was over. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state = self.state.value

        undoing = self.undoing

        carrier: None | str
        carrier = self.carrier

        region: None | str
        region = self.region

        numbers = []
        for numbers_item_data in self.numbers:
            numbers_item = numbers_item_data.to_dict()
            numbers.append(numbers_item)

        left_out = []
        for left_out_item_data in self.left_out:
            left_out_item = left_out_item_data.to_dict()
            left_out.append(left_out_item)

        reason: None | str
        reason = self.reason

        overlap_s = self.overlap_s

        notice: None | str
        notice = self.notice

        total = self.total

        moved = self.moved

        left = self.left

        failed = self.failed

        told = self.told

        waits_for_notices = self.waits_for_notices

        undone = self.undone

        not_undone = self.not_undone

        forwards_until: None | str
        if isinstance(self.forwards_until, datetime.datetime):
            forwards_until = self.forwards_until.isoformat()
        else:
            forwards_until = self.forwards_until

        created_at = self.created_at.isoformat()

        changed_at = self.changed_at.isoformat()

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "undoing": undoing,
                "carrier": carrier,
                "region": region,
                "numbers": numbers,
                "left_out": left_out,
                "reason": reason,
                "overlap_s": overlap_s,
                "notice": notice,
                "total": total,
                "moved": moved,
                "left": left,
                "failed": failed,
                "told": told,
                "waits_for_notices": waits_for_notices,
                "undone": undone,
                "not_undone": not_undone,
                "forwards_until": forwards_until,
                "created_at": created_at,
                "changed_at": changed_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.swap_hub import SwapHub  # noqa: PLC0415
        from ..models.swap_number import SwapNumber  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        state = SwapState(d.pop("state"))

        undoing = d.pop("undoing")

        def _parse_carrier(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        carrier = _parse_carrier(d.pop("carrier"))

        def _parse_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        region = _parse_region(d.pop("region"))

        numbers = []
        _numbers = d.pop("numbers")
        for numbers_item_data in _numbers:
            numbers_item = SwapNumber.from_dict(numbers_item_data)

            numbers.append(numbers_item)

        left_out = []
        _left_out = d.pop("left_out")
        for left_out_item_data in _left_out:
            left_out_item = SwapHub.from_dict(left_out_item_data)

            left_out.append(left_out_item)

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        overlap_s = d.pop("overlap_s")

        def _parse_notice(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notice = _parse_notice(d.pop("notice"))

        total = d.pop("total")

        moved = d.pop("moved")

        left = d.pop("left")

        failed = d.pop("failed")

        told = d.pop("told")

        waits_for_notices = d.pop("waits_for_notices")

        undone = d.pop("undone")

        not_undone = d.pop("not_undone")

        def _parse_forwards_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                forwards_until_type_1 = datetime.datetime.fromisoformat(data)

                return forwards_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        forwards_until = _parse_forwards_until(d.pop("forwards_until"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_1 = datetime.datetime.fromisoformat(data)

                return ended_at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        swap = cls(
            id=id,
            state=state,
            undoing=undoing,
            carrier=carrier,
            region=region,
            numbers=numbers,
            left_out=left_out,
            reason=reason,
            overlap_s=overlap_s,
            notice=notice,
            total=total,
            moved=moved,
            left=left,
            failed=failed,
            told=told,
            waits_for_notices=waits_for_notices,
            undone=undone,
            not_undone=not_undone,
            forwards_until=forwards_until,
            created_at=created_at,
            changed_at=changed_at,
            ended_at=ended_at,
        )

        swap.additional_properties = d
        return swap

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
