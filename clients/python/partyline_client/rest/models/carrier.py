from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.carrier_health import CarrierHealth
from ..models.carrier_kind import CarrierKind

if TYPE_CHECKING:
    from ..models.carrier_link import CarrierLink
    from ..models.carrier_texts import CarrierTexts
    from ..models.trouble import Trouble
    from ..models.trunk_calls import TrunkCalls


T = TypeVar("T", bound="Carrier")


@_attrs_define
class Carrier:
    """A carrier or trunk."""

    name: str
    """ Its name in the settings, to which pool numbers refer. """
    kind: CarrierKind
    """ What kind of carrier it is. """
    state: CarrierHealth
    """ How a carrier does. """
    since: datetime.datetime | None
    """ Since when, where that is known. """
    trouble: None | Trouble
    """ What went wrong last, whether or not that is over. """
    links: list[CarrierLink]
    """ Its links, or places; of a gateway those that are bound now. """
    texts: CarrierTexts | None
    """ Its texts; null of a trunk. """
    calls: None | TrunkCalls
    """ Its calls; null of what carries texts. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.carrier_texts import CarrierTexts  # noqa: PLC0415
        from ..models.trouble import Trouble  # noqa: PLC0415
        from ..models.trunk_calls import TrunkCalls  # noqa: PLC0415

        name = self.name

        kind = self.kind.value

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

        links = []
        for links_item_data in self.links:
            links_item = links_item_data.to_dict()
            links.append(links_item)

        texts: dict[str, Any] | None
        if isinstance(self.texts, CarrierTexts):
            texts = self.texts.to_dict()
        else:
            texts = self.texts

        calls: dict[str, Any] | None
        if isinstance(self.calls, TrunkCalls):
            calls = self.calls.to_dict()
        else:
            calls = self.calls

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "kind": kind,
                "state": state,
                "since": since,
                "trouble": trouble,
                "links": links,
                "texts": texts,
                "calls": calls,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.carrier_link import CarrierLink  # noqa: PLC0415
        from ..models.carrier_texts import CarrierTexts  # noqa: PLC0415
        from ..models.trouble import Trouble  # noqa: PLC0415
        from ..models.trunk_calls import TrunkCalls  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        kind = CarrierKind(d.pop("kind"))

        state = CarrierHealth(d.pop("state"))

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

        links = []
        _links = d.pop("links")
        for links_item_data in _links:
            links_item = CarrierLink.from_dict(links_item_data)

            links.append(links_item)

        def _parse_texts(data: object) -> CarrierTexts | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                texts_type_1 = CarrierTexts.from_dict(data)

                return texts_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CarrierTexts | None, data)

        texts = _parse_texts(d.pop("texts"))

        def _parse_calls(data: object) -> None | TrunkCalls:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                calls_type_1 = TrunkCalls.from_dict(data)

                return calls_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TrunkCalls, data)

        calls = _parse_calls(d.pop("calls"))

        carrier = cls(
            name=name,
            kind=kind,
            state=state,
            since=since,
            trouble=trouble,
            links=links,
            texts=texts,
            calls=calls,
        )

        carrier.additional_properties = d
        return carrier

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
