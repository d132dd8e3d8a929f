from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.room import Room
from ..models.tight import Tight

if TYPE_CHECKING:
    from ..models.latency import Latency
    from ..models.number_health import NumberHealth


T = TypeVar("T", bound="NumberTraffic")


@_attrs_define
class NumberTraffic:
    """How busy a pool number is."""

    id: str
    """ A pool number. The id is `num_` and 13 letters and digits; ids sort by time. """
    number: str
    """ A telephone number in E.164: `+`, the country code, 7 to 15 digits in all. """
    room: Room
    """ Whether a number has room for new pairs. In the order in which numbers are taken. """
    tight: None | Tight
    """ What takes its room. """
    sent_today: int
    """ Texts that left today (UTC). """
    texts_per_day: int
    """ Texts a day; 0 = no limit. """
    recent_per_s: float
    """ Texts a second over the last five minutes. """
    rate_per_s: float
    """ Texts a second; 0 = no limit. """
    campaign: None | str
    """ Its campaign: the one that it names, else the one of its pool. """
    campaign_sent_today: int | None
    """ Texts that left by that campaign today. """
    campaign_texts_per_day: int | None
    """ Texts a day of that campaign; 0 = no limit. """
    waiting: int
    """ Texts that wait to leave. """
    oldest_waiting_s: int | None
    """ Whole seconds for which the oldest of them has waited. """
    latency: Latency
    """ How long texts took from being accepted to being taken by the carrier, over the last 24 hours. """
    health: NumberHealth
    """ What carriers say of a number's texts, as the node that answers has heard it in the last 24 hours, or since
    its
    start: a number whose texts a carrier filters shows here first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        number = self.number

        room = self.room.value

        tight: None | str
        if isinstance(self.tight, Tight):
            tight = self.tight.value
        else:
            tight = self.tight

        sent_today = self.sent_today

        texts_per_day = self.texts_per_day

        recent_per_s = self.recent_per_s

        rate_per_s = self.rate_per_s

        campaign: None | str
        campaign = self.campaign

        campaign_sent_today: int | None
        campaign_sent_today = self.campaign_sent_today

        campaign_texts_per_day: int | None
        campaign_texts_per_day = self.campaign_texts_per_day

        waiting = self.waiting

        oldest_waiting_s: int | None
        oldest_waiting_s = self.oldest_waiting_s

        latency = self.latency.to_dict()

        health = self.health.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "number": number,
                "room": room,
                "tight": tight,
                "sent_today": sent_today,
                "texts_per_day": texts_per_day,
                "recent_per_s": recent_per_s,
                "rate_per_s": rate_per_s,
                "campaign": campaign,
                "campaign_sent_today": campaign_sent_today,
                "campaign_texts_per_day": campaign_texts_per_day,
                "waiting": waiting,
                "oldest_waiting_s": oldest_waiting_s,
                "latency": latency,
                "health": health,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.latency import Latency  # noqa: PLC0415
        from ..models.number_health import NumberHealth  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        number = d.pop("number")

        room = Room(d.pop("room"))

        def _parse_tight(data: object) -> None | Tight:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                tight_type_1 = Tight(data)

                return tight_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Tight, data)

        tight = _parse_tight(d.pop("tight"))

        sent_today = d.pop("sent_today")

        texts_per_day = d.pop("texts_per_day")

        recent_per_s = d.pop("recent_per_s")

        rate_per_s = d.pop("rate_per_s")

        def _parse_campaign(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        campaign = _parse_campaign(d.pop("campaign"))

        def _parse_campaign_sent_today(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_sent_today = _parse_campaign_sent_today(d.pop("campaign_sent_today"))

        def _parse_campaign_texts_per_day(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_texts_per_day = _parse_campaign_texts_per_day(
            d.pop("campaign_texts_per_day")
        )

        waiting = d.pop("waiting")

        def _parse_oldest_waiting_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        oldest_waiting_s = _parse_oldest_waiting_s(d.pop("oldest_waiting_s"))

        latency = Latency.from_dict(d.pop("latency"))

        health = NumberHealth.from_dict(d.pop("health"))

        number_traffic = cls(
            id=id,
            number=number,
            room=room,
            tight=tight,
            sent_today=sent_today,
            texts_per_day=texts_per_day,
            recent_per_s=recent_per_s,
            rate_per_s=rate_per_s,
            campaign=campaign,
            campaign_sent_today=campaign_sent_today,
            campaign_texts_per_day=campaign_texts_per_day,
            waiting=waiting,
            oldest_waiting_s=oldest_waiting_s,
            latency=latency,
            health=health,
        )

        number_traffic.additional_properties = d
        return number_traffic

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
