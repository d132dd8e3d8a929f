//! What a community decides for itself. Stored as JSON with the community; every field has a default.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{Day, Hours};

/// What happens to a text from somebody without a right to be heard on that number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The sender gets a notice text, at most one an hour for each phone and number.
    #[default]
    Reply,
    /// The carrier gets an error code.
    Reject,
    /// Nothing is answered. It is recorded all the same.
    Silent,
}

/// What happens when a member's table is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// The new contact is refused; the error says whose table is full.
    #[default]
    Refuse,
    /// The pair that has been idle longest gives way, received and never answered ones first; never one
    /// that was used within its cool-down.
    Recycle,
}

/// What happens to a text when the app that is asked about it does not answer in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnSilence {
    /// It is bridged as it is (fail-open).
    #[default]
    Allow,
    /// It is not bridged (fail-closed).
    Deny,
}

/// What happens to a member's text when its number has sent all that its carrier allows in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AboveDayCap {
    /// It leaves when the next day begins, unless its deadline comes first.
    #[default]
    Wait,
    /// It fails at once, and its sender is told.
    Refuse,
}

/// What somebody hears of a call that they missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissedCalls {
    /// What their phone shows: the number that stands for the caller.
    #[default]
    Ignore,
    /// A text from that number besides, at most one an hour from each.
    Text,
}

/// Who may be found by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindByName {
    /// Nobody.
    Nobody,
    /// Members who are listed: who agreed to it.
    #[default]
    Listed,
    /// Every member; guests never.
    Everyone,
}

/// What a member hears when the address book has changed that they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookChanges {
    /// Nothing; the book itself says so.
    #[default]
    Silent,
    /// A text from the desk, one until the book is taken again.
    Text,
}

/// What becomes of a text to a number whose pair was released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LateReplies {
    /// It is held in quarantine until somebody decides.
    #[default]
    Hold,
    /// It is refused.
    Refuse,
}

/// What somebody hears whom a member has blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlocksShown {
    /// What is said of somebody who cannot be reached.
    #[default]
    Unreachable,
    /// Nothing.
    Silent,
    /// That they are blocked.
    Open,
}

/// The policies of one community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Texts from phones that belong to no member.
    pub strangers: Refusal,
    /// Whole seconds for which texts from strangers, and notices to them, are kept; 0 = for ever.
    pub strangers_kept_s: i64,
    /// Whole seconds for which changes of assignments are kept that others have followed; 0 = for ever, as what numbers
    /// last stood for is.
    pub history_kept_s: i64,
    /// Whole seconds for which imports that are over, and which of their rows were refused, are kept; 0 = for ever.
    pub imports_kept_s: i64,
    /// Whole seconds within which the app that is asked about strangers is asked once about one phone on one
    /// number, of texts and of calls each; further ones are met as `strangers` says. 0 = asked about every one.
    #[schema(minimum = 0, maximum = 86_400)]
    pub stranger_asked_every_s: i64,
    /// Texts from members to numbers on which they have no contact, or whose pair is blocked.
    pub refused: Refusal,
    /// The notice to strangers.
    #[schema(min_length = 1, max_length = 480)]
    pub stranger_notice: String,
    /// The notice to a member who texted a number that stands for nobody (any more).
    #[schema(min_length = 1, max_length = 480)]
    pub released_notice: String,
    /// The answer to HELP.
    #[schema(min_length = 1, max_length = 480)]
    pub help_reply: String,
    /// The answer to STOP; after it that phone gets only answers to keywords from that number.
    #[schema(min_length = 1, max_length = 480)]
    pub stop_reply: String,
    /// The answer to START.
    #[schema(min_length = 1, max_length = 480)]
    pub start_reply: String,
    /// What a contact reads who must accept first; answered by YES.
    #[schema(min_length = 1, max_length = 480)]
    pub accept_request: String,
    /// Whole seconds for which a released number may not come back to the same phone for another contact.
    #[schema(minimum = 0, maximum = 31_622_400)]
    pub cool_down_s: i64,
    /// Whole seconds for which a released number is kept for the contact for whom it stood: it is given to nobody else on
    /// that member's phones, and comes back when the contact is added again. Never less than the cool-down.
    #[schema(minimum = 0, maximum = 316_224_000)]
    pub pair_memory_s: i64,
    /// A text to a number whose pair was released: held in quarantine, or refused. Its sender gets `released_notice` in
    /// any case, and it reaches nobody else.
    pub late_replies: LateReplies,
    /// Whole seconds after which a text in quarantine is discarded; 0 = never, it waits until somebody decides.
    pub quarantine_kept_s: i64,
    /// What happens when a table is full.
    pub when_full: WhenFull,
    /// Most contacts that a member may have received and never answered; others may then no longer
    /// choose that member. In percent of the usable numbers.
    #[schema(minimum = 1, maximum = 100)]
    pub received_cap_percent: u8,
    /// Whether a contact has to accept before texts are bridged.
    pub acceptance_required: bool,
    /// Whole seconds after which a text that has not gone out is given up.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub deadline_s: i64,
    /// Texts a minute that one member may send; what is above waits. 0 = no limit.
    pub member_texts_per_minute: u32,
    /// What happens to a text whose number, or the campaign of that, has sent all that it may in a day.
    pub above_day_cap: AboveDayCap,
    /// Longest text, in characters.
    #[schema(minimum = 1, maximum = 10_000)]
    pub max_text_chars: usize,
    /// Milliseconds within which an app must answer that is asked about a text, or about a stranger's call (4 s at most).
    #[schema(minimum = 100, maximum = 30_000)]
    pub intercept_within_ms: u32,
    /// What happens to the text when it does not.
    pub intercept_on_silence: OnSilence,
    /// Whole seconds for which a call may ring.
    #[schema(minimum = 5, maximum = 300)]
    pub ring_s: u32,
    /// Whole seconds after which a call is ended.
    #[schema(minimum = 60, maximum = 86_400)]
    pub max_call_s: u32,
    /// What somebody hears of a call that they missed.
    pub missed_calls: MissedCalls,
    /// The text about a missed call; `{name}` is the caller's name.
    #[schema(min_length = 1, max_length = 480)]
    pub missed_call_notice: String,
    /// Who may be found by name at the desk.
    pub find_by_name: FindByName,
    /// The word by which a member has the desk show their contacts. One word of letters and digits, as the others.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_list_word: String,
    /// The word for more of what was shown.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_more_word: String,
    /// The word before the name of somebody who is to be a contact.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_add_word: String,
    /// The word before the name of a contact who is to go.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_drop_word: String,
    /// The word for help; HELP and INFO are understood besides.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_help_word: String,
    /// What the desk says about itself; `{list}`, `{more}`, `{add}`, `{drop}`, `{block}`, `{unblock}` and `{help}` are the words.
    #[schema(min_length = 1, max_length = 480)]
    pub desk_help_reply: String,
    /// Texts a minute that the desk takes from one phone; what is above is refused.
    #[schema(minimum = 1, maximum = 600)]
    pub desk_texts_per_minute: u32,
    /// Whole seconds for which a link to an address book lasts, unless it is made with others.
    #[schema(minimum = 60, maximum = 31_622_400)]
    pub book_link_s: i64,
    /// What a member hears when the address book has changed that they took.
    pub book_changes: BookChanges,
    /// The text about it.
    #[schema(min_length = 1, max_length = 480)]
    pub book_changed_notice: String,
    /// What a phone reads whose contact has another number since a swap, from that number. `{name}` is the contact's name,
    /// `{until}` the day until which the old number works.
    #[schema(min_length = 1, max_length = 480)]
    pub swap_notice: String,
    /// Whether texts wait for the texting hours of whom they are for, by the clock where that person is.
    pub texting_hours: bool,
    /// When texting hours begin, as `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub texting_from: String,
    /// When they end. Before `texting_from`: on the day after; the same: they last a whole day.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub texting_until: String,
    /// The days on which they begin.
    #[schema(min_items = 1, max_items = 7)]
    pub texting_days: Vec<Day>,
    /// The time zone (IANA) of members who have none of their own and whose phones do not tell.
    #[schema(min_length = 1, max_length = 60)]
    pub time_zone: String,
    /// Whole seconds after a member's own text or call within which answers to it come at any hour. 0 = never.
    #[schema(minimum = 0, maximum = 86_400)]
    pub replies_any_hour_s: i64,
    /// Whether apps may send texts as urgent, which go at any hour.
    pub urgent_texts: bool,
    /// Whether texts go only to phones of which an opt-in is recorded.
    pub require_opt_in: bool,
    /// What somebody hears whom a member has blocked.
    pub blocks_shown: BlocksShown,
    /// The word before the name of a contact who is to be blocked, at the desk.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_block_word: String,
    /// The word before the name of one who is to be blocked no more.
    #[schema(min_length = 1, max_length = 20)]
    pub desk_unblock_word: String,
    /// Whole seconds for which the texts of messages that are over are kept, and their media, events and callbacks;
    /// 0 = for ever. What is left then says who, when and what became of it.
    pub bodies_kept_s: i64,
    /// Whole seconds for which messages and calls that are over are kept; 0 = for ever.
    pub records_kept_s: i64,
    /// Whether those who add a member whose table is full reach them through a hub number, by a tag. There must be a hub.
    pub overflow: bool,
    /// The highest tag that a hub gives; so many people more can reach one member through it.
    #[schema(minimum = 1, maximum = 9_999)]
    pub hub_most_tags: u16,
    /// What stands above the list of tags that a text to a hub is answered with when it bears none.
    #[schema(min_length = 1, max_length = 480)]
    pub hub_menu_notice: String,
    /// In percent of the usable numbers: who has so many taken is told of to apps, as `member.table_nearly_full`. 0 = nobody.
    #[schema(minimum = 0, maximum = 100)]
    pub warn_at_percent: u8,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            strangers: Refusal::Reply,
            strangers_kept_s: 30 * 24 * 3600,
            history_kept_s: 0,
            imports_kept_s: 30 * 24 * 3600,
            stranger_asked_every_s: 3_600,
            refused: Refusal::Reply,
            stranger_notice:
                "This number is not taking texts from you. Ask the person you want to reach to add \
                              you as a contact."
                    .into(),
            released_notice:
                "This number no longer reaches the contact it used to. Your text was not delivered.".into(),
            help_reply:
                "This number reaches one of your contacts; your own number stays private. Reply STOP to \
                         stop texts from it, START to resume."
                    .into(),
            stop_reply: "You will get no more texts from this number. Reply START to resume.".into(),
            start_reply: "You will get texts from this number again. Reply STOP to stop.".into(),
            accept_request:
                "Someone wants to text you from this number. Reply YES to accept, STOP to refuse.".into(),
            cool_down_s: 30 * 24 * 3600,
            pair_memory_s: 0,
            late_replies: LateReplies::Hold,
            quarantine_kept_s: 0,
            when_full: WhenFull::Refuse,
            received_cap_percent: 50,
            acceptance_required: false,
            deadline_s: 24 * 3600,
            member_texts_per_minute: 60,
            above_day_cap: AboveDayCap::Wait,
            max_text_chars: 1600,
            intercept_within_ms: 3_000,
            intercept_on_silence: OnSilence::Allow,
            ring_s: 60,
            max_call_s: 4 * 3600,
            missed_calls: MissedCalls::Ignore,
            missed_call_notice: "Missed call from {name}. Call or text this number to reach them.".into(),
            find_by_name: FindByName::Listed,
            desk_list_word: "LIST".into(),
            desk_more_word: "MORE".into(),
            desk_add_word: "ADD".into(),
            desk_drop_word: "DROP".into(),
            desk_help_word: "HELP".into(),
            desk_help_reply:
                "Your contacts: {list} shows them, {add} and a name adds one, {drop} and a name lets one go, {block} and a \
                 name keeps one away. Reply STOP to stop texts from this number, START to resume."
                    .into(),
            desk_texts_per_minute: 20,
            book_link_s: 7 * 24 * 3600,
            book_changes: BookChanges::Silent,
            book_changed_notice: "Your contacts have changed. Open your private link to take them again.".into(),
            swap_notice: "{name} now reaches you from this number. The old one works until {until}.".into(),
            texting_hours: false,
            texting_from: "08:00".into(),
            texting_until: "21:00".into(),
            texting_days: Day::ALL.to_vec(),
            time_zone: "UTC".into(),
            replies_any_hour_s: 1_800,
            urgent_texts: false,
            require_opt_in: false,
            blocks_shown: BlocksShown::Unreachable,
            desk_block_word: "BLOCK".into(),
            desk_unblock_word: "UNBLOCK".into(),
            bodies_kept_s: 0,
            records_kept_s: 0,
            overflow: false,
            hub_most_tags: 999,
            hub_menu_notice: "Whom is this for? Nobody got it. Begin your text with a tag, as in: #7 your text".into(),
            warn_at_percent: 80,
        }
    }
}

impl Policy {
    /// The hours in which phones may be texted; none where there are none to keep.
    pub fn hours(&self) -> Option<Hours> {
        match self.texting_hours {
            true => Hours::new(&self.texting_from, &self.texting_until, &self.texting_days),
            false => None,
        }
    }

    /// How many received, never answered contacts a member may hold when `usable` numbers are in service:
    /// the percentage, but at least one.
    pub fn received_cap(&self, usable: usize) -> usize {
        (usable * usize::from(self.received_cap_percent) / 100).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_policies_are_refused() {
        assert!(serde_json::from_str::<Policy>(r#"{"cooldown": 3}"#).is_err());
    }
}
