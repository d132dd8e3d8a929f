from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.carrier_state import CarrierState
from ..models.decision_outcome import DecisionOutcome
from ..models.reason import Reason

T = TypeVar("T", bound="Decision")


@_attrs_define
class Decision:
    """A decision, explained. Holds no real number."""

    outcome: DecisionOutcome
    """ `bridge`, `refuse`, `quarantine`, `desk` or `menu`; `unknown` of a moment before the history began. """
    reason: None | Reason
    """ The stable word of the reason, when it is not bridged. """
    sentence: str
    """ The decision in one sentence. """
    steps: list[str]
    """ The way to the decision, one line a step; the last is the rule that decided. """
    community: None | str
    """ Whose number it is. """
    member: None | str
    """ Who the sender is. """
    number: None | str
    """ The number that was dialled. """
    tag: int | None
    """ Where that is a hub: the tag that was said. """
    assignment: None | str
    """ The row that decided. """
    contact: None | str
    """ Who the number is to the sender. """
    shown_number: None | str
    """ What the contact sees as the sender. """
    device: None | str
    """ Where it is delivered. """
    carrier: None | str
    """ By which carrier it leaves. """
    carrier_state: CarrierState | None
    """ How that carrier stands here: `up`, `down`, `configured` (to a command, which knows no links) or
    `not_configured`. `down` and `not_configured` mean that a text would wait. """
    at: datetime.datetime | None
    """ The moment that this is about; none for the present. """
    held_until: datetime.datetime | None
    """ Until when the text would be held, outside the contact's texting hours. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        outcome = self.outcome.value

        reason: None | str
        if isinstance(self.reason, Reason):
            reason = self.reason.value
        else:
            reason = self.reason

        sentence = self.sentence

        steps = self.steps

        community: None | str
        community = self.community

        member: None | str
        member = self.member

        number: None | str
        number = self.number

        tag: int | None
        tag = self.tag

        assignment: None | str
        assignment = self.assignment

        contact: None | str
        contact = self.contact

        shown_number: None | str
        shown_number = self.shown_number

        device: None | str
        device = self.device

        carrier: None | str
        carrier = self.carrier

        carrier_state: None | str
        if isinstance(self.carrier_state, CarrierState):
            carrier_state = self.carrier_state.value
        else:
            carrier_state = self.carrier_state

        at: None | str
        if isinstance(self.at, datetime.datetime):
            at = self.at.isoformat()
        else:
            at = self.at

        held_until: None | str
        if isinstance(self.held_until, datetime.datetime):
            held_until = self.held_until.isoformat()
        else:
            held_until = self.held_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "outcome": outcome,
                "reason": reason,
                "sentence": sentence,
                "steps": steps,
                "community": community,
                "member": member,
                "number": number,
                "tag": tag,
                "assignment": assignment,
                "contact": contact,
                "shown_number": shown_number,
                "device": device,
                "carrier": carrier,
                "carrier_state": carrier_state,
                "at": at,
                "held_until": held_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        outcome = DecisionOutcome(d.pop("outcome"))

        def _parse_reason(data: object) -> None | Reason:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reason_type_1 = Reason(data)

                return reason_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Reason, data)

        reason = _parse_reason(d.pop("reason"))

        sentence = d.pop("sentence")

        steps = cast(list[str], d.pop("steps"))

        def _parse_community(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        community = _parse_community(d.pop("community"))

        def _parse_member(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        member = _parse_member(d.pop("member"))

        def _parse_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        number = _parse_number(d.pop("number"))

        def _parse_tag(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tag = _parse_tag(d.pop("tag"))

        def _parse_assignment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        assignment = _parse_assignment(d.pop("assignment"))

        def _parse_contact(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contact = _parse_contact(d.pop("contact"))

        def _parse_shown_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        shown_number = _parse_shown_number(d.pop("shown_number"))

        def _parse_device(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        device = _parse_device(d.pop("device"))

        def _parse_carrier(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        carrier = _parse_carrier(d.pop("carrier"))

        def _parse_carrier_state(data: object) -> CarrierState | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                carrier_state_type_1 = CarrierState(data)

                return carrier_state_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CarrierState | None, data)

        carrier_state = _parse_carrier_state(d.pop("carrier_state"))

        def _parse_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                at_type_1 = datetime.datetime.fromisoformat(data)

                return at_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        at = _parse_at(d.pop("at"))

        def _parse_held_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                held_until_type_1 = datetime.datetime.fromisoformat(data)

                return held_until_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        held_until = _parse_held_until(d.pop("held_until"))

        decision = cls(
            outcome=outcome,
            reason=reason,
            sentence=sentence,
            steps=steps,
            community=community,
            member=member,
            number=number,
            tag=tag,
            assignment=assignment,
            contact=contact,
            shown_number=shown_number,
            device=device,
            carrier=carrier,
            carrier_state=carrier_state,
            at=at,
            held_until=held_until,
        )

        decision.additional_properties = d
        return decision

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
