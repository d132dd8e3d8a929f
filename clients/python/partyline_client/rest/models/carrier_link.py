from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.link_state import LinkState

if TYPE_CHECKING:
    from ..models.trouble import Trouble


T = TypeVar("T", bound="CarrierLink")


@_attrs_define
class CarrierLink:
    """A link of a carrier, or a place of a trunk."""

    target: None | str
    """ Where it leads, without any password. Null to those who are no owners. """
    bound_as: None | str
    """ As whom one is bound there. Null to those who are no owners. """
    mode: None | str
    """ Of SMPP: `transceiver`, `transmitter` or `receiver`. """
    state: LinkState
    """ How a link stands. """
    since: datetime.datetime | None
    """ Since when, where that is known. """
    trouble: None | Trouble
    """ What went wrong last. """
    window: int
    """ How many texts may wait for the peer's answer; 0 of what takes no texts. """
    in_flight: int
    """ How many do. """
    paced_per_s: float | None
    """ The texts a second that it keeps to, because the peer asked for fewer; null: as many as the window lets
    pass. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.trouble import Trouble  # noqa: PLC0415

        target: None | str
        target = self.target

        bound_as: None | str
        bound_as = self.bound_as

        mode: None | str
        mode = self.mode

        state = self.state.value

        since: None | str
        if isinstance(self.since, datetime.datetime):
            since = self.since.isoformat()
        else:
            since = self.since

        trouble: dict[str, Any] | None
        if isinstance(self.trouble, Trouble):
            trouble = self.trouble.to_dict()
        else:
            trouble = self.trouble

        window = self.window

        in_flight = self.in_flight

        paced_per_s: float | None
        paced_per_s = self.paced_per_s

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "target": target,
                "bound_as": bound_as,
                "mode": mode,
                "state": state,
                "since": since,
                "trouble": trouble,
                "window": window,
                "in_flight": in_flight,
                "paced_per_s": paced_per_s,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trouble import Trouble  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_target(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        target = _parse_target(d.pop("target"))

        def _parse_bound_as(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        bound_as = _parse_bound_as(d.pop("bound_as"))

        def _parse_mode(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        mode = _parse_mode(d.pop("mode"))

        state = LinkState(d.pop("state"))

        def _parse_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                since_type_1 = datetime.datetime.fromisoformat(data)

                return since_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        since = _parse_since(d.pop("since"))

        def _parse_trouble(data: object) -> None | Trouble:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                trouble_type_1 = Trouble.from_dict(data)

                return trouble_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Trouble, data)

        trouble = _parse_trouble(d.pop("trouble"))

        window = d.pop("window")

        in_flight = d.pop("in_flight")

        def _parse_paced_per_s(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        paced_per_s = _parse_paced_per_s(d.pop("paced_per_s"))

        carrier_link = cls(
            target=target,
            bound_as=bound_as,
            mode=mode,
            state=state,
            since=since,
            trouble=trouble,
            window=window,
            in_flight=in_flight,
            paced_per_s=paced_per_s,
        )

        carrier_link.additional_properties = d
        return carrier_link

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
