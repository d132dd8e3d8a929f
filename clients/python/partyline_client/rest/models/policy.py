from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.above_day_cap import AboveDayCap
from ..models.blocks_shown import BlocksShown
from ..models.book_changes import BookChanges
from ..models.day import Day
from ..models.find_by_name import FindByName
from ..models.late_replies import LateReplies
from ..models.missed_calls import MissedCalls
from ..models.on_silence import OnSilence
from ..models.refusal import Refusal
from ..models.when_full import WhenFull

T = TypeVar("T", bound="Policy")


@_attrs_define
class Policy:
    """The policies of one community."""

    strangers: Refusal
    """ What happens to a text from somebody without a right to be heard on that number. """
    refused: Refusal
    """ What happens to a text from somebody without a right to be heard on that number. """
    late_replies: LateReplies
    """ What becomes of a text to a number whose pair was released. """
    when_full: WhenFull
    """ What happens when a member's table is full. """
    above_day_cap: AboveDayCap
    """ What happens to a member's text when its number has sent all that its carrier allows in a day. """
    intercept_on_silence: OnSilence
    """ What happens to a text when the app that is asked about it does not answer in time. """
    missed_calls: MissedCalls
    """ What somebody hears of a call that they missed. """
    find_by_name: FindByName
    """ Who may be found by name. """
    book_changes: BookChanges
    """ What a member hears when the address book has changed that they took. """
    texting_days: list[Day]
    """ The days on which they begin. """
    blocks_shown: BlocksShown
    """ What somebody hears whom a member has blocked. """
    strangers_kept_s: int = 2592000
    """ Whole seconds for which texts from strangers, and notices to them, are kept; 0 = for ever. """
    history_kept_s: int = 0
    """ Whole seconds for which changes of assignments are kept that others have followed; 0 = for ever, as what
    numbers
    last stood for is. """
    imports_kept_s: int = 2592000
    """ Whole seconds for which imports that are over, and which of their rows were refused, are kept; 0 = for ever.
    """
    stranger_asked_every_s: int = 3600
    """ Whole seconds within which the app that is asked about strangers is asked once about one phone on one
    number, of texts and of calls each; further ones are met as `strangers` says. 0 = asked about every one. """
    stranger_notice: str = "This number is not taking texts from you. Ask the person you want to reach to add you as a contact."
    """ The notice to strangers. """
    released_notice: str = "This number no longer reaches the contact it used to. Your text was not delivered."
    """ The notice to a member who texted a number that stands for nobody (any more). """
    help_reply: str = "This number reaches one of your contacts; your own number stays private. Reply STOP to stop texts from it, START to resume."
    """ The answer to HELP. """
    stop_reply: str = (
        "You will get no more texts from this number. Reply START to resume."
    )
    """ The answer to STOP; after it that phone gets only answers to keywords from that number. """
    start_reply: str = "You will get texts from this number again. Reply STOP to stop."
    """ The answer to START. """
    accept_request: str = "Someone wants to text you from this number. Reply YES to accept, STOP to refuse."
    """ What a contact reads who must accept first; answered by YES. """
    cool_down_s: int = 2592000
    """ Whole seconds for which a released number may not come back to the same phone for another contact. """
    pair_memory_s: int = 0
    """ Whole seconds for which a released number is kept for the contact for whom it stood: it is given to nobody
    else on
    that member's phones, and comes back when the contact is added again. Never less than the cool-down. """
    quarantine_kept_s: int = 0
    """ Whole seconds after which a text in quarantine is discarded; 0 = never, it waits until somebody decides. """
    received_cap_percent: int = 50
    """ Most contacts that a member may have received and never answered; others may then no longer
    choose that member. In percent of the usable numbers. """
    acceptance_required: bool = False
    """ Whether a contact has to accept before texts are bridged. """
    deadline_s: int = 86400
    """ Whole seconds after which a text that has not gone out is given up. """
    member_texts_per_minute: int = 60
    """ Texts a minute that one member may send; what is above waits. 0 = no limit. """
    max_text_chars: int = 1600
    """ Longest text, in characters. """
    intercept_within_ms: int = 3000
    """ Milliseconds within which an app must answer that is asked about a text, or about a stranger's call (4 s at
    most). """
    ring_s: int = 60
    """ Whole seconds for which a call may ring. """
    max_call_s: int = 14400
    """ Whole seconds after which a call is ended. """
    missed_call_notice: str = (
        "Missed call from {name}. Call or text this number to reach them."
    )
    """ The text about a missed call; `{name}` is the caller's name. """
    desk_list_word: str = "LIST"
    """ The word by which a member has the desk show their contacts. One word of letters and digits, as the others.
    """
    desk_more_word: str = "MORE"
    """ The word for more of what was shown. """
    desk_add_word: str = "ADD"
    """ The word before the name of somebody who is to be a contact. """
    desk_drop_word: str = "DROP"
    """ The word before the name of a contact who is to go. """
    desk_help_word: str = "HELP"
    """ The word for help; HELP and INFO are understood besides. """
    desk_help_reply: str = "Your contacts: {list} shows them, {add} and a name adds one, {drop} and a name lets one go, {block} and a name keeps one away. Reply STOP to stop texts from this number, START to resume."
    """ What the desk says about itself; `{list}`, `{more}`, `{add}`, `{drop}`, `{block}`, `{unblock}` and `{help}`
    are the words. """
    desk_texts_per_minute: int = 20
    """ Texts a minute that the desk takes from one phone; what is above is refused. """
    book_link_s: int = 604800
    """ Whole seconds for which a link to an address book lasts, unless it is made with others. """
    book_changed_notice: str = (
        "Your contacts have changed. Open your private link to take them again."
    )
    """ The text about it. """
    swap_notice: str = (
        "{name} now reaches you from this number. The old one works until {until}."
    )
    """ What a phone reads whose contact has another number since a swap, from that number. `{name}` is the
    contact's name,
    `{until}` the day until which the old number works. """
    texting_hours: bool = False
    """ Whether texts wait for the texting hours of whom they are for, by the clock where that person is. """
    texting_from: str = "08:00"
    """ When texting hours begin, as `HH:MM`. """
    texting_until: str = "21:00"
    """ When they end. Before `texting_from`: on the day after; the same: they last a whole day. """
    time_zone: str = "UTC"
    """ The time zone (IANA) of members who have none of their own and whose phones do not tell. """
    replies_any_hour_s: int = 1800
    """ Whole seconds after a member's own text or call within which answers to it come at any hour. 0 = never. """
    urgent_texts: bool = False
    """ Whether apps may send texts as urgent, which go at any hour. """
    require_opt_in: bool = False
    """ Whether texts go only to phones of which an opt-in is recorded. """
    desk_block_word: str = "BLOCK"
    """ The word before the name of a contact who is to be blocked, at the desk. """
    desk_unblock_word: str = "UNBLOCK"
    """ The word before the name of one who is to be blocked no more. """
    bodies_kept_s: int = 0
    """ Whole seconds for which the texts of messages that are over are kept, and their media, events and callbacks;
    0 = for ever. What is left then says who, when and what became of it. """
    records_kept_s: int = 0
    """ Whole seconds for which messages and calls that are over are kept; 0 = for ever. """
    overflow: bool = False
    """ Whether those who add a member whose table is full reach them through a hub number, by a tag. There must be
    a hub. """
    hub_most_tags: int = 999
    """ The highest tag that a hub gives; so many people more can reach one member through it. """
    hub_menu_notice: str = "Whom is this for? Nobody got it. Begin your text with a tag, as in: #7 your text"
    """ What stands above the list of tags that a text to a hub is answered with when it bears none. """
    warn_at_percent: int = 80
    """ In percent of the usable numbers: who has so many taken is told of to apps, as `member.table_nearly_full`. 0
    = nobody. """

    def to_dict(self) -> dict[str, Any]:
        strangers = self.strangers.value

        strangers_kept_s = self.strangers_kept_s

        history_kept_s = self.history_kept_s

        imports_kept_s = self.imports_kept_s

        stranger_asked_every_s = self.stranger_asked_every_s

        refused = self.refused.value

        stranger_notice = self.stranger_notice

        released_notice = self.released_notice

        help_reply = self.help_reply

        stop_reply = self.stop_reply

        start_reply = self.start_reply

        accept_request = self.accept_request

        cool_down_s = self.cool_down_s

        pair_memory_s = self.pair_memory_s

        late_replies = self.late_replies.value

        quarantine_kept_s = self.quarantine_kept_s

        when_full = self.when_full.value

        received_cap_percent = self.received_cap_percent

        acceptance_required = self.acceptance_required

        deadline_s = self.deadline_s

        member_texts_per_minute = self.member_texts_per_minute

        above_day_cap = self.above_day_cap.value

        max_text_chars = self.max_text_chars

        intercept_within_ms = self.intercept_within_ms

        intercept_on_silence = self.intercept_on_silence.value

        ring_s = self.ring_s

        max_call_s = self.max_call_s

        missed_calls = self.missed_calls.value

        missed_call_notice = self.missed_call_notice

        find_by_name = self.find_by_name.value

        desk_list_word = self.desk_list_word

        desk_more_word = self.desk_more_word

        desk_add_word = self.desk_add_word

        desk_drop_word = self.desk_drop_word

        desk_help_word = self.desk_help_word

        desk_help_reply = self.desk_help_reply

        desk_texts_per_minute = self.desk_texts_per_minute

        book_link_s = self.book_link_s

        book_changes = self.book_changes.value

        book_changed_notice = self.book_changed_notice

        swap_notice = self.swap_notice

        texting_hours = self.texting_hours

        texting_from = self.texting_from

        texting_until = self.texting_until

        texting_days = []
        for texting_days_item_data in self.texting_days:
            texting_days_item = texting_days_item_data.value
            texting_days.append(texting_days_item)

        time_zone = self.time_zone

        replies_any_hour_s = self.replies_any_hour_s

        urgent_texts = self.urgent_texts

        require_opt_in = self.require_opt_in

        blocks_shown = self.blocks_shown.value

        desk_block_word = self.desk_block_word

        desk_unblock_word = self.desk_unblock_word

        bodies_kept_s = self.bodies_kept_s

        records_kept_s = self.records_kept_s

        overflow = self.overflow

        hub_most_tags = self.hub_most_tags

        hub_menu_notice = self.hub_menu_notice

        warn_at_percent = self.warn_at_percent

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "strangers": strangers,
                "strangers_kept_s": strangers_kept_s,
                "history_kept_s": history_kept_s,
                "imports_kept_s": imports_kept_s,
                "stranger_asked_every_s": stranger_asked_every_s,
                "refused": refused,
                "stranger_notice": stranger_notice,
                "released_notice": released_notice,
                "help_reply": help_reply,
                "stop_reply": stop_reply,
                "start_reply": start_reply,
                "accept_request": accept_request,
                "cool_down_s": cool_down_s,
                "pair_memory_s": pair_memory_s,
                "late_replies": late_replies,
                "quarantine_kept_s": quarantine_kept_s,
                "when_full": when_full,
                "received_cap_percent": received_cap_percent,
                "acceptance_required": acceptance_required,
                "deadline_s": deadline_s,
                "member_texts_per_minute": member_texts_per_minute,
                "above_day_cap": above_day_cap,
                "max_text_chars": max_text_chars,
                "intercept_within_ms": intercept_within_ms,
                "intercept_on_silence": intercept_on_silence,
                "ring_s": ring_s,
                "max_call_s": max_call_s,
                "missed_calls": missed_calls,
                "missed_call_notice": missed_call_notice,
                "find_by_name": find_by_name,
                "desk_list_word": desk_list_word,
                "desk_more_word": desk_more_word,
                "desk_add_word": desk_add_word,
                "desk_drop_word": desk_drop_word,
                "desk_help_word": desk_help_word,
                "desk_help_reply": desk_help_reply,
                "desk_texts_per_minute": desk_texts_per_minute,
                "book_link_s": book_link_s,
                "book_changes": book_changes,
                "book_changed_notice": book_changed_notice,
                "swap_notice": swap_notice,
                "texting_hours": texting_hours,
                "texting_from": texting_from,
                "texting_until": texting_until,
                "texting_days": texting_days,
                "time_zone": time_zone,
                "replies_any_hour_s": replies_any_hour_s,
                "urgent_texts": urgent_texts,
                "require_opt_in": require_opt_in,
                "blocks_shown": blocks_shown,
                "desk_block_word": desk_block_word,
                "desk_unblock_word": desk_unblock_word,
                "bodies_kept_s": bodies_kept_s,
                "records_kept_s": records_kept_s,
                "overflow": overflow,
                "hub_most_tags": hub_most_tags,
                "hub_menu_notice": hub_menu_notice,
                "warn_at_percent": warn_at_percent,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        strangers = Refusal(d.pop("strangers"))

        strangers_kept_s = d.pop("strangers_kept_s")

        history_kept_s = d.pop("history_kept_s")

        imports_kept_s = d.pop("imports_kept_s")

        stranger_asked_every_s = d.pop("stranger_asked_every_s")

        refused = Refusal(d.pop("refused"))

        stranger_notice = d.pop("stranger_notice")

        released_notice = d.pop("released_notice")

        help_reply = d.pop("help_reply")

        stop_reply = d.pop("stop_reply")

        start_reply = d.pop("start_reply")

        accept_request = d.pop("accept_request")

        cool_down_s = d.pop("cool_down_s")

        pair_memory_s = d.pop("pair_memory_s")

        late_replies = LateReplies(d.pop("late_replies"))

        quarantine_kept_s = d.pop("quarantine_kept_s")

        when_full = WhenFull(d.pop("when_full"))

        received_cap_percent = d.pop("received_cap_percent")

        acceptance_required = d.pop("acceptance_required")

        deadline_s = d.pop("deadline_s")

        member_texts_per_minute = d.pop("member_texts_per_minute")

        above_day_cap = AboveDayCap(d.pop("above_day_cap"))

        max_text_chars = d.pop("max_text_chars")

        intercept_within_ms = d.pop("intercept_within_ms")

        intercept_on_silence = OnSilence(d.pop("intercept_on_silence"))

        ring_s = d.pop("ring_s")

        max_call_s = d.pop("max_call_s")

        missed_calls = MissedCalls(d.pop("missed_calls"))

        missed_call_notice = d.pop("missed_call_notice")

        find_by_name = FindByName(d.pop("find_by_name"))

        desk_list_word = d.pop("desk_list_word")

        desk_more_word = d.pop("desk_more_word")

        desk_add_word = d.pop("desk_add_word")

        desk_drop_word = d.pop("desk_drop_word")

        desk_help_word = d.pop("desk_help_word")

        desk_help_reply = d.pop("desk_help_reply")

        desk_texts_per_minute = d.pop("desk_texts_per_minute")

        book_link_s = d.pop("book_link_s")

        book_changes = BookChanges(d.pop("book_changes"))

        book_changed_notice = d.pop("book_changed_notice")

        swap_notice = d.pop("swap_notice")

        texting_hours = d.pop("texting_hours")

        texting_from = d.pop("texting_from")

        texting_until = d.pop("texting_until")

        texting_days = []
        _texting_days = d.pop("texting_days")
        for texting_days_item_data in _texting_days:
            texting_days_item = Day(texting_days_item_data)

            texting_days.append(texting_days_item)

        time_zone = d.pop("time_zone")

        replies_any_hour_s = d.pop("replies_any_hour_s")

        urgent_texts = d.pop("urgent_texts")

        require_opt_in = d.pop("require_opt_in")

        blocks_shown = BlocksShown(d.pop("blocks_shown"))

        desk_block_word = d.pop("desk_block_word")

        desk_unblock_word = d.pop("desk_unblock_word")

        bodies_kept_s = d.pop("bodies_kept_s")

        records_kept_s = d.pop("records_kept_s")

        overflow = d.pop("overflow")

        hub_most_tags = d.pop("hub_most_tags")

        hub_menu_notice = d.pop("hub_menu_notice")

        warn_at_percent = d.pop("warn_at_percent")

        policy = cls(
            strangers=strangers,
            strangers_kept_s=strangers_kept_s,
            history_kept_s=history_kept_s,
            imports_kept_s=imports_kept_s,
            stranger_asked_every_s=stranger_asked_every_s,
            refused=refused,
            stranger_notice=stranger_notice,
            released_notice=released_notice,
            help_reply=help_reply,
            stop_reply=stop_reply,
            start_reply=start_reply,
            accept_request=accept_request,
            cool_down_s=cool_down_s,
            pair_memory_s=pair_memory_s,
            late_replies=late_replies,
            quarantine_kept_s=quarantine_kept_s,
            when_full=when_full,
            received_cap_percent=received_cap_percent,
            acceptance_required=acceptance_required,
            deadline_s=deadline_s,
            member_texts_per_minute=member_texts_per_minute,
            above_day_cap=above_day_cap,
            max_text_chars=max_text_chars,
            intercept_within_ms=intercept_within_ms,
            intercept_on_silence=intercept_on_silence,
            ring_s=ring_s,
            max_call_s=max_call_s,
            missed_calls=missed_calls,
            missed_call_notice=missed_call_notice,
            find_by_name=find_by_name,
            desk_list_word=desk_list_word,
            desk_more_word=desk_more_word,
            desk_add_word=desk_add_word,
            desk_drop_word=desk_drop_word,
            desk_help_word=desk_help_word,
            desk_help_reply=desk_help_reply,
            desk_texts_per_minute=desk_texts_per_minute,
            book_link_s=book_link_s,
            book_changes=book_changes,
            book_changed_notice=book_changed_notice,
            swap_notice=swap_notice,
            texting_hours=texting_hours,
            texting_from=texting_from,
            texting_until=texting_until,
            texting_days=texting_days,
            time_zone=time_zone,
            replies_any_hour_s=replies_any_hour_s,
            urgent_texts=urgent_texts,
            require_opt_in=require_opt_in,
            blocks_shown=blocks_shown,
            desk_block_word=desk_block_word,
            desk_unblock_word=desk_unblock_word,
            bodies_kept_s=bodies_kept_s,
            records_kept_s=records_kept_s,
            overflow=overflow,
            hub_most_tags=hub_most_tags,
            hub_menu_notice=hub_menu_notice,
            warn_at_percent=warn_at_percent,
        )

        return policy
