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
from ..types import UNSET, Unset

T = TypeVar("T", bound="PolicyPatch")


@_attrs_define
class PolicyPatch:
    """Some of a policy's fields: those that are to differ."""

    strangers: Refusal | Unset = UNSET
    """ What happens to a text from somebody without a right to be heard on that number. """
    strangers_kept_s: int | Unset = 2592000
    """ Whole seconds for which texts from strangers, and notices to them, are kept; 0 = for ever. """
    history_kept_s: int | Unset = 0
    """ Whole seconds for which changes of assignments are kept that others have followed; 0 = for ever, as what
    numbers
    last stood for is. """
    imports_kept_s: int | Unset = 2592000
    """ Whole seconds for which imports that are over, and which of their rows were refused, are kept; 0 = for ever.
    """
    stranger_asked_every_s: int | Unset = 3600
    """ Whole seconds within which the app that is asked about strangers is asked once about one phone on one
    number, of texts and of calls each; further ones are met as `strangers` says. 0 = asked about every one. """
    refused: Refusal | Unset = UNSET
    """ What happens to a text from somebody without a right to be heard on that number. """
    stranger_notice: str | Unset = (
        "This number is not taking texts from you. Ask the person you want to reach to add you as a contact."
    )
    """ The notice to strangers. """
    released_notice: str | Unset = (
        "This number no longer reaches the contact it used to. Your text was not delivered."
    )
    """ The notice to a member who texted a number that stands for nobody (any more). """
    help_reply: str | Unset = (
        "This number reaches one of your contacts; your own number stays private. Reply STOP to stop texts from it, START to resume."
    )
    """ The answer to HELP. """
    stop_reply: str | Unset = (
        "You will get no more texts from this number. Reply START to resume."
    )
    """ The answer to STOP; after it that phone gets only answers to keywords from that number. """
    start_reply: str | Unset = (
        "You will get texts from this number again. Reply STOP to stop."
    )
    """ The answer to START. """
    accept_request: str | Unset = (
        "Someone wants to text you from this number. Reply YES to accept, STOP to refuse."
    )
    """ What a contact reads who must accept first; answered by YES. """
    cool_down_s: int | Unset = 2592000
    """ Whole seconds for which a released number may not come back to the same phone for another contact. """
    pair_memory_s: int | Unset = 0
    """ Whole seconds for which a released number is kept for the contact for whom it stood: it is given to nobody
    else on
    that member's phones, and comes back when the contact is added again. Never less than the cool-down. """
    late_replies: LateReplies | Unset = UNSET
    """ What becomes of a text to a number whose pair was released. """
    quarantine_kept_s: int | Unset = 0
    """ Whole seconds after which a text in quarantine is discarded; 0 = never, it waits until somebody decides. """
    when_full: WhenFull | Unset = UNSET
    """ What happens when a member's table is full. """
    received_cap_percent: int | Unset = 50
    """ Most contacts that a member may have received and never answered; others may then no longer
    choose that member. In percent of the usable numbers. """
    acceptance_required: bool | Unset = False
    """ Whether a contact has to accept before texts are bridged. """
    deadline_s: int | Unset = 86400
    """ Whole seconds after which a text that has not gone out is given up. """
    member_texts_per_minute: int | Unset = 60
    """ Texts a minute that one member may send; what is above waits. 0 = no limit. """
    above_day_cap: AboveDayCap | Unset = UNSET
    """ What happens to a member's text when its number has sent all that its carrier allows in a day. """
    max_text_chars: int | Unset = 1600
    """ Longest text, in characters. """
    intercept_within_ms: int | Unset = 3000
    """ Milliseconds within which an app must answer that is asked about a text, or about a stranger's call (4 s at
    most). """
    intercept_on_silence: OnSilence | Unset = UNSET
    """ What happens to a text when the app that is asked about it does not answer in time. """
    ring_s: int | Unset = 60
    """ Whole seconds for which a call may ring. """
    max_call_s: int | Unset = 14400
    """ Whole seconds after which a call is ended. """
    missed_calls: MissedCalls | Unset = UNSET
    """ What somebody hears of a call that they missed. """
    missed_call_notice: str | Unset = (
        "Missed call from {name}. Call or text this number to reach them."
    )
    """ The text about a missed call; `{name}` is the caller's name. """
    find_by_name: FindByName | Unset = UNSET
    """ Who may be found by name. """
    desk_list_word: str | Unset = "LIST"
    """ The word by which a member has the desk show their contacts. One word of letters and digits, as the others.
    """
    desk_more_word: str | Unset = "MORE"
    """ The word for more of what was shown. """
    desk_add_word: str | Unset = "ADD"
    """ The word before the name of somebody who is to be a contact. """
    desk_drop_word: str | Unset = "DROP"
    """ The word before the name of a contact who is to go. """
    desk_help_word: str | Unset = "HELP"
    """ The word for help; HELP and INFO are understood besides. """
    desk_help_reply: str | Unset = (
        "Your contacts: {list} shows them, {add} and a name adds one, {drop} and a name lets one go, {block} and a name keeps one away. Reply STOP to stop texts from this number, START to resume."
    )
    """ What the desk says about itself; `{list}`, `{more}`, `{add}`, `{drop}`, `{block}`, `{unblock}` and `{help}`
    are the words. """
    desk_texts_per_minute: int | Unset = 20
    """ Texts a minute that the desk takes from one phone; what is above is refused. """
    book_link_s: int | Unset = 604800
    """ Whole seconds for which a link to an address book lasts, unless it is made with others. """
    book_changes: BookChanges | Unset = UNSET
    """ What a member hears when the address book has changed that they took. """
    book_changed_notice: str | Unset = (
        "Your contacts have changed. Open your private link to take them again."
    )
    """ The text about it. """
    swap_notice: str | Unset = (
        "{name} now reaches you from this number. The old one works until {until}."
    )
    """ What a phone reads whose contact has another number since a swap, from that number. `{name}` is the
    contact's name,
    `{until}` the day until which the old number works. """
    texting_hours: bool | Unset = False
    """ Whether texts wait for the texting hours of whom they are for, by the clock where that person is. """
    texting_from: str | Unset = "08:00"
    """ When texting hours begin, as `HH:MM`. """
    texting_until: str | Unset = "21:00"
    """ When they end. Before `texting_from`: on the day after; the same: they last a whole day. """
    texting_days: list[Day] | Unset = UNSET
    """ The days on which they begin. """
    time_zone: str | Unset = "UTC"
    """ The time zone (IANA) of members who have none of their own and whose phones do not tell. """
    replies_any_hour_s: int | Unset = 1800
    """ Whole seconds after a member's own text or call within which answers to it come at any hour. 0 = never. """
    urgent_texts: bool | Unset = False
    """ Whether apps may send texts as urgent, which go at any hour. """
    require_opt_in: bool | Unset = False
    """ Whether texts go only to phones of which an opt-in is recorded. """
    blocks_shown: BlocksShown | Unset = UNSET
    """ What somebody hears whom a member has blocked. """
    desk_block_word: str | Unset = "BLOCK"
    """ The word before the name of a contact who is to be blocked, at the desk. """
    desk_unblock_word: str | Unset = "UNBLOCK"
    """ The word before the name of one who is to be blocked no more. """
    bodies_kept_s: int | Unset = 0
    """ Whole seconds for which the texts of messages that are over are kept, and their media, events and callbacks;
    0 = for ever. What is left then says who, when and what became of it. """
    records_kept_s: int | Unset = 0
    """ Whole seconds for which messages and calls that are over are kept; 0 = for ever. """
    overflow: bool | Unset = False
    """ Whether those who add a member whose table is full reach them through a hub number, by a tag. There must be
    a hub. """
    hub_most_tags: int | Unset = 999
    """ The highest tag that a hub gives; so many people more can reach one member through it. """
    hub_menu_notice: str | Unset = (
        "Whom is this for? Nobody got it. Begin your text with a tag, as in: #7 your text"
    )
    """ What stands above the list of tags that a text to a hub is answered with when it bears none. """
    warn_at_percent: int | Unset = 80
    """ In percent of the usable numbers: who has so many taken is told of to apps, as `member.table_nearly_full`. 0
    = nobody. """

    def to_dict(self) -> dict[str, Any]:
        strangers: str | Unset = UNSET
        if not isinstance(self.strangers, Unset):
            strangers = self.strangers.value

        strangers_kept_s = self.strangers_kept_s

        history_kept_s = self.history_kept_s

        imports_kept_s = self.imports_kept_s

        stranger_asked_every_s = self.stranger_asked_every_s

        refused: str | Unset = UNSET
        if not isinstance(self.refused, Unset):
            refused = self.refused.value

        stranger_notice = self.stranger_notice

        released_notice = self.released_notice

        help_reply = self.help_reply

        stop_reply = self.stop_reply

        start_reply = self.start_reply

        accept_request = self.accept_request

        cool_down_s = self.cool_down_s

        pair_memory_s = self.pair_memory_s

        late_replies: str | Unset = UNSET
        if not isinstance(self.late_replies, Unset):
            late_replies = self.late_replies.value

        quarantine_kept_s = self.quarantine_kept_s

        when_full: str | Unset = UNSET
        if not isinstance(self.when_full, Unset):
            when_full = self.when_full.value

        received_cap_percent = self.received_cap_percent

        acceptance_required = self.acceptance_required

        deadline_s = self.deadline_s

        member_texts_per_minute = self.member_texts_per_minute

        above_day_cap: str | Unset = UNSET
        if not isinstance(self.above_day_cap, Unset):
            above_day_cap = self.above_day_cap.value

        max_text_chars = self.max_text_chars

        intercept_within_ms = self.intercept_within_ms

        intercept_on_silence: str | Unset = UNSET
        if not isinstance(self.intercept_on_silence, Unset):
            intercept_on_silence = self.intercept_on_silence.value

        ring_s = self.ring_s

        max_call_s = self.max_call_s

        missed_calls: str | Unset = UNSET
        if not isinstance(self.missed_calls, Unset):
            missed_calls = self.missed_calls.value

        missed_call_notice = self.missed_call_notice

        find_by_name: str | Unset = UNSET
        if not isinstance(self.find_by_name, Unset):
            find_by_name = self.find_by_name.value

        desk_list_word = self.desk_list_word

        desk_more_word = self.desk_more_word

        desk_add_word = self.desk_add_word

        desk_drop_word = self.desk_drop_word

        desk_help_word = self.desk_help_word

        desk_help_reply = self.desk_help_reply

        desk_texts_per_minute = self.desk_texts_per_minute

        book_link_s = self.book_link_s

        book_changes: str | Unset = UNSET
        if not isinstance(self.book_changes, Unset):
            book_changes = self.book_changes.value

        book_changed_notice = self.book_changed_notice

        swap_notice = self.swap_notice

        texting_hours = self.texting_hours

        texting_from = self.texting_from

        texting_until = self.texting_until

        texting_days: list[str] | Unset = UNSET
        if not isinstance(self.texting_days, Unset):
            texting_days = []
            for texting_days_item_data in self.texting_days:
                texting_days_item = texting_days_item_data.value
                texting_days.append(texting_days_item)

        time_zone = self.time_zone

        replies_any_hour_s = self.replies_any_hour_s

        urgent_texts = self.urgent_texts

        require_opt_in = self.require_opt_in

        blocks_shown: str | Unset = UNSET
        if not isinstance(self.blocks_shown, Unset):
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

        field_dict.update({})
        if strangers is not UNSET:
            field_dict["strangers"] = strangers
        if strangers_kept_s is not UNSET:
            field_dict["strangers_kept_s"] = strangers_kept_s
        if history_kept_s is not UNSET:
            field_dict["history_kept_s"] = history_kept_s
        if imports_kept_s is not UNSET:
            field_dict["imports_kept_s"] = imports_kept_s
        if stranger_asked_every_s is not UNSET:
            field_dict["stranger_asked_every_s"] = stranger_asked_every_s
        if refused is not UNSET:
            field_dict["refused"] = refused
        if stranger_notice is not UNSET:
            field_dict["stranger_notice"] = stranger_notice
        if released_notice is not UNSET:
            field_dict["released_notice"] = released_notice
        if help_reply is not UNSET:
            field_dict["help_reply"] = help_reply
        if stop_reply is not UNSET:
            field_dict["stop_reply"] = stop_reply
        if start_reply is not UNSET:
            field_dict["start_reply"] = start_reply
        if accept_request is not UNSET:
            field_dict["accept_request"] = accept_request
        if cool_down_s is not UNSET:
            field_dict["cool_down_s"] = cool_down_s
        if pair_memory_s is not UNSET:
            field_dict["pair_memory_s"] = pair_memory_s
        if late_replies is not UNSET:
            field_dict["late_replies"] = late_replies
        if quarantine_kept_s is not UNSET:
            field_dict["quarantine_kept_s"] = quarantine_kept_s
        if when_full is not UNSET:
            field_dict["when_full"] = when_full
        if received_cap_percent is not UNSET:
            field_dict["received_cap_percent"] = received_cap_percent
        if acceptance_required is not UNSET:
            field_dict["acceptance_required"] = acceptance_required
        if deadline_s is not UNSET:
            field_dict["deadline_s"] = deadline_s
        if member_texts_per_minute is not UNSET:
            field_dict["member_texts_per_minute"] = member_texts_per_minute
        if above_day_cap is not UNSET:
            field_dict["above_day_cap"] = above_day_cap
        if max_text_chars is not UNSET:
            field_dict["max_text_chars"] = max_text_chars
        if intercept_within_ms is not UNSET:
            field_dict["intercept_within_ms"] = intercept_within_ms
        if intercept_on_silence is not UNSET:
            field_dict["intercept_on_silence"] = intercept_on_silence
        if ring_s is not UNSET:
            field_dict["ring_s"] = ring_s
        if max_call_s is not UNSET:
            field_dict["max_call_s"] = max_call_s
        if missed_calls is not UNSET:
            field_dict["missed_calls"] = missed_calls
        if missed_call_notice is not UNSET:
            field_dict["missed_call_notice"] = missed_call_notice
        if find_by_name is not UNSET:
            field_dict["find_by_name"] = find_by_name
        if desk_list_word is not UNSET:
            field_dict["desk_list_word"] = desk_list_word
        if desk_more_word is not UNSET:
            field_dict["desk_more_word"] = desk_more_word
        if desk_add_word is not UNSET:
            field_dict["desk_add_word"] = desk_add_word
        if desk_drop_word is not UNSET:
            field_dict["desk_drop_word"] = desk_drop_word
        if desk_help_word is not UNSET:
            field_dict["desk_help_word"] = desk_help_word
        if desk_help_reply is not UNSET:
            field_dict["desk_help_reply"] = desk_help_reply
        if desk_texts_per_minute is not UNSET:
            field_dict["desk_texts_per_minute"] = desk_texts_per_minute
        if book_link_s is not UNSET:
            field_dict["book_link_s"] = book_link_s
        if book_changes is not UNSET:
            field_dict["book_changes"] = book_changes
        if book_changed_notice is not UNSET:
            field_dict["book_changed_notice"] = book_changed_notice
        if swap_notice is not UNSET:
            field_dict["swap_notice"] = swap_notice
        if texting_hours is not UNSET:
            field_dict["texting_hours"] = texting_hours
        if texting_from is not UNSET:
            field_dict["texting_from"] = texting_from
        if texting_until is not UNSET:
            field_dict["texting_until"] = texting_until
        if texting_days is not UNSET:
            field_dict["texting_days"] = texting_days
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if replies_any_hour_s is not UNSET:
            field_dict["replies_any_hour_s"] = replies_any_hour_s
        if urgent_texts is not UNSET:
            field_dict["urgent_texts"] = urgent_texts
        if require_opt_in is not UNSET:
            field_dict["require_opt_in"] = require_opt_in
        if blocks_shown is not UNSET:
            field_dict["blocks_shown"] = blocks_shown
        if desk_block_word is not UNSET:
            field_dict["desk_block_word"] = desk_block_word
        if desk_unblock_word is not UNSET:
            field_dict["desk_unblock_word"] = desk_unblock_word
        if bodies_kept_s is not UNSET:
            field_dict["bodies_kept_s"] = bodies_kept_s
        if records_kept_s is not UNSET:
            field_dict["records_kept_s"] = records_kept_s
        if overflow is not UNSET:
            field_dict["overflow"] = overflow
        if hub_most_tags is not UNSET:
            field_dict["hub_most_tags"] = hub_most_tags
        if hub_menu_notice is not UNSET:
            field_dict["hub_menu_notice"] = hub_menu_notice
        if warn_at_percent is not UNSET:
            field_dict["warn_at_percent"] = warn_at_percent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _strangers = d.pop("strangers", UNSET)
        strangers: Refusal | Unset
        if isinstance(_strangers, Unset):
            strangers = UNSET
        else:
            strangers = Refusal(_strangers)

        strangers_kept_s = d.pop("strangers_kept_s", UNSET)

        history_kept_s = d.pop("history_kept_s", UNSET)

        imports_kept_s = d.pop("imports_kept_s", UNSET)

        stranger_asked_every_s = d.pop("stranger_asked_every_s", UNSET)

        _refused = d.pop("refused", UNSET)
        refused: Refusal | Unset
        if isinstance(_refused, Unset):
            refused = UNSET
        else:
            refused = Refusal(_refused)

        stranger_notice = d.pop("stranger_notice", UNSET)

        released_notice = d.pop("released_notice", UNSET)

        help_reply = d.pop("help_reply", UNSET)

        stop_reply = d.pop("stop_reply", UNSET)

        start_reply = d.pop("start_reply", UNSET)

        accept_request = d.pop("accept_request", UNSET)

        cool_down_s = d.pop("cool_down_s", UNSET)

        pair_memory_s = d.pop("pair_memory_s", UNSET)

        _late_replies = d.pop("late_replies", UNSET)
        late_replies: LateReplies | Unset
        if isinstance(_late_replies, Unset):
            late_replies = UNSET
        else:
            late_replies = LateReplies(_late_replies)

        quarantine_kept_s = d.pop("quarantine_kept_s", UNSET)

        _when_full = d.pop("when_full", UNSET)
        when_full: WhenFull | Unset
        if isinstance(_when_full, Unset):
            when_full = UNSET
        else:
            when_full = WhenFull(_when_full)

        received_cap_percent = d.pop("received_cap_percent", UNSET)

        acceptance_required = d.pop("acceptance_required", UNSET)

        deadline_s = d.pop("deadline_s", UNSET)

        member_texts_per_minute = d.pop("member_texts_per_minute", UNSET)

        _above_day_cap = d.pop("above_day_cap", UNSET)
        above_day_cap: AboveDayCap | Unset
        if isinstance(_above_day_cap, Unset):
            above_day_cap = UNSET
        else:
            above_day_cap = AboveDayCap(_above_day_cap)

        max_text_chars = d.pop("max_text_chars", UNSET)

        intercept_within_ms = d.pop("intercept_within_ms", UNSET)

        _intercept_on_silence = d.pop("intercept_on_silence", UNSET)
        intercept_on_silence: OnSilence | Unset
        if isinstance(_intercept_on_silence, Unset):
            intercept_on_silence = UNSET
        else:
            intercept_on_silence = OnSilence(_intercept_on_silence)

        ring_s = d.pop("ring_s", UNSET)

        max_call_s = d.pop("max_call_s", UNSET)

        _missed_calls = d.pop("missed_calls", UNSET)
        missed_calls: MissedCalls | Unset
        if isinstance(_missed_calls, Unset):
            missed_calls = UNSET
        else:
            missed_calls = MissedCalls(_missed_calls)

        missed_call_notice = d.pop("missed_call_notice", UNSET)

        _find_by_name = d.pop("find_by_name", UNSET)
        find_by_name: FindByName | Unset
        if isinstance(_find_by_name, Unset):
            find_by_name = UNSET
        else:
            find_by_name = FindByName(_find_by_name)

        desk_list_word = d.pop("desk_list_word", UNSET)

        desk_more_word = d.pop("desk_more_word", UNSET)

        desk_add_word = d.pop("desk_add_word", UNSET)

        desk_drop_word = d.pop("desk_drop_word", UNSET)

        desk_help_word = d.pop("desk_help_word", UNSET)

        desk_help_reply = d.pop("desk_help_reply", UNSET)

        desk_texts_per_minute = d.pop("desk_texts_per_minute", UNSET)

        book_link_s = d.pop("book_link_s", UNSET)

        _book_changes = d.pop("book_changes", UNSET)
        book_changes: BookChanges | Unset
        if isinstance(_book_changes, Unset):
            book_changes = UNSET
        else:
            book_changes = BookChanges(_book_changes)

        book_changed_notice = d.pop("book_changed_notice", UNSET)

        swap_notice = d.pop("swap_notice", UNSET)

        texting_hours = d.pop("texting_hours", UNSET)

        texting_from = d.pop("texting_from", UNSET)

        texting_until = d.pop("texting_until", UNSET)

        _texting_days = d.pop("texting_days", UNSET)
        texting_days: list[Day] | Unset = UNSET
        if _texting_days is not UNSET:
            texting_days = []
            for texting_days_item_data in _texting_days:
                texting_days_item = Day(texting_days_item_data)

                texting_days.append(texting_days_item)

        time_zone = d.pop("time_zone", UNSET)

        replies_any_hour_s = d.pop("replies_any_hour_s", UNSET)

        urgent_texts = d.pop("urgent_texts", UNSET)

        require_opt_in = d.pop("require_opt_in", UNSET)

        _blocks_shown = d.pop("blocks_shown", UNSET)
        blocks_shown: BlocksShown | Unset
        if isinstance(_blocks_shown, Unset):
            blocks_shown = UNSET
        else:
            blocks_shown = BlocksShown(_blocks_shown)

        desk_block_word = d.pop("desk_block_word", UNSET)

        desk_unblock_word = d.pop("desk_unblock_word", UNSET)

        bodies_kept_s = d.pop("bodies_kept_s", UNSET)

        records_kept_s = d.pop("records_kept_s", UNSET)

        overflow = d.pop("overflow", UNSET)

        hub_most_tags = d.pop("hub_most_tags", UNSET)

        hub_menu_notice = d.pop("hub_menu_notice", UNSET)

        warn_at_percent = d.pop("warn_at_percent", UNSET)

        policy_patch = cls(
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

        return policy_patch
