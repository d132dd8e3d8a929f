//! Every stable word that an answer may have as its `code`, with the status it comes with and an example.

use serde_json::{Value, json};

/// A problem that answers may have.
pub(super) struct Known {
    pub code: &'static str,
    pub status: u16,
    /// When it comes, for the reference.
    pub when: &'static str,
    /// A `detail` as the broker writes it.
    detail: &'static str,
    /// Empty where none is named.
    field: &'static str,
}

macro_rules! catalogue {
    ($($status:literal $code:ident: $when:literal, $detail:literal $(, field $field:literal)?;)*) => {
        [$(Known {
            code: stringify!($code),
            status: $status,
            when: $when,
            detail: $detail,
            field: concat!($($field)?),
        }),*]
    };
}

/// The catalogue.
pub(super) static ALL: &[Known] = &catalogue! {
    400 missing_body: "The body is empty.", "this needs a body: a JSON object";
    400 malformed_json: "The body is not JSON.", "the body is not well-formed JSON: expected `,` or `}` at line 1 column 17";
    400 bad_utf8: "The body is not UTF-8.", "the body is not UTF-8: its byte 12 begins no character";
    400 broken_body: "The connection broke off within the body.", "the body broke off after 512 bytes: payload reached EOF before completing";
    400 bad_query: "The query string cannot be read.", "the query string cannot be read: invalid UTF-8";
    400 bad_idempotency_key: "The header `Idempotency-Key` is not as it must be.", "the header Idempotency-Key must be given once, with 1 to 200 visible ASCII characters and no blanks", field "Idempotency-Key";
    400 bad_precondition: "`If-Match` or `If-None-Match` cannot be read.", "the header if-match must be `*` or entity tags in quotes, as they came in ETag: \"…\", \"…\"", field "if-match";
    400 bad_last_event_id: "The header `Last-Event-ID` is no event's id.", "the header Last-Event-ID must be an event's id, `evt_…`", field "Last-Event-ID";
    401 unauthorized: "The key is missing, unknown, expired or revoked.", "this needs a key: send the header `Authorization: Bearer <token>`; `partyline key create` makes one";
    401 sign_in_failed: "The name, the password or the one-time code is wrong, or the user may not sign in.", "the name or the password is wrong";
    401 totp_required: "The password is right, and a one-time code is wanted.", "this user signs in with a one-time code as well; send it as `totp`", field "totp";
    403 csrf: "A request by a browser's session does not come from the page.", "this changes something, and needs the header X-CSRF-Token with the `csrf` of GET /v1/session";
    403 wrong_password: "The password is wrong.", "the password is wrong", field "password";
    403 forbidden: "The key does not open this.", "this key opens only com_1tq3v8r4w0801; this needs a key of scope admin";
    403 read_only: "The key opens nothing but reading.", "this key opens nothing but reading (GET)";
    403 reveal_needed: "The answer holds real numbers throughout, and they were not asked for.", "this holds real numbers throughout; ask with the header X-Reveal: 1, which the audit log keeps";
    404 not_found: "There is no such thing, or it is not this key's to see.", "there is no member mem_1tq3v8r4w0801";
    404 loopback_off: "The loopback carrier is off.", "the loopback carrier is off; switch it on with `enabled = true` in the section `loopback`, or PARTYLINE__LOOPBACK__ENABLED=true, and start the broker again";
    404 loopback_calls_off: "Virtual phones make no calls here.", "virtual phones make no calls here: the settings have a trunk by which calls leave, or by which callers of the phones' address come in; set `outbound = false`, let others in by `allow`, or remove it, and start the broker again";
    404 no_such_path: "There is nothing at this path.", "there is nothing at this path; the API lies under /v1";
    405 method_not_allowed: "This method cannot be used here; `Allow` says which can.", "PUT cannot be done here; allowed: GET, POST";
    408 body_too_slow: "The body took too long to arrive.", "the body did not arrive within 15 s";
    409 made_meanwhile: "Another request made the same thing at the same moment.", "the same thing was made at the same moment by another request; look, then try again";
    409 phone_taken: "The phone belongs to another member of the community.", "+14155550101 is already the phone of mem_1tq3v8r4w0802 in this community; a phone belongs to one member";
    409 phone_remembers: "On that phone a number stood for somebody else a short while ago.", "on +14155550101 +15005550101 stood for another contact, and for mem_1tq3v8r4w0801 it is mem_1tq3v8r4w0802; release that contact, or add the phone to another member";
    409 phone_conflicts: "What stands against the new phone is not settled.", "+14155550177 cannot take the place of dev_1tq3v8r4w0801 yet: 2 numbers are somebody else on it; ask with `dry_run` to see each, and say how they are settled";
    409 too_many_devices: "The member has as many devices as one may have.", "mem_1tq3v8r4w0801 has 10 devices already; remove one first";
    409 last_device: "The only device of a member with contacts cannot go.", "dev_1tq3v8r4w0801 is the only device of mem_1tq3v8r4w0801, who has contacts; add another device first";
    409 table_full: "One of the two has no number left for another contact.", "the table of mem_1tq3v8r4w0801 is full: of 3 usable numbers (sms) 2 are in use (num_1tq3v8r4w0801, num_1tq3v8r4w0802), 1 cool down, 0 are kept for former contacts and 0 were stopped by that phone; what would help: add 1 number with sms, wait until 2026-02-11T09:30:00.000Z, when 1 number is free again, or release ctc_1tq3v8r4w0801, idle since 2025-11-02T18:12:00.000Z, whose number comes back on 2026-02-20T09:30:00.000Z";
    409 received_cap_full: "The contact was chosen by too many whom they never answered.", "mem_1tq3v8r4w0802 holds 1 received contacts that were never answered, which is this community's cap; mem_1tq3v8r4w0802 must answer or drop one, or the policy `received_cap_percent` be raised";
    409 opted_out: "One of the two has sent STOPALL.", "the phone of mem_1tq3v8r4w0802 has sent STOPALL; it must send START to a pool number first";
    409 no_device: "A member has no device that takes texts.", "mem_1tq3v8r4w0802 has no device; add a phone or an app first, so that the pair can be answered";
    409 no_voice: "A number of the pair takes no calls.", "a number of this pair takes no calls";
    409 no_trunk: "Nothing that makes calls is configured.", "no trunk is configured here; add one under `sip.trunks`, so that calls can be made";
    409 call_ended: "The call is over.", "call_1tq3v8r4w0801 is over already";
    409 not_ringing: "The call does not ring on this phone.", "leg_1tq3v8r4w0801 does not ring on this phone; only an incoming call that rings can be answered or declined";
    409 phone_engaged: "The virtual phone is on a call already.", "+14155550151 is on a call already; hang up first";
    409 too_many_phone_calls: "As many virtual phones are on calls as may be.", "as many virtual phones talk as may at once; end a call, or try again shortly";
    409 not_yours_to_accept: "It is the other side that has to accept.", "mem_1tq3v8r4w0801 chose this contact; it waits for mem_1tq3v8r4w0802 to accept";
    409 last_owner: "The last owner who can sign in cannot go.", "`ann` is the last owner who can sign in; make another owner first";
    409 user_disabled: "The user is disabled.", "`ann` is disabled and may not sign in; enable them first";
    409 totp_state: "One-time codes are asked for already, or were not begun.", "one-time codes are asked for already; remove them first";
    409 name_taken: "The name is in use.", "this community already has a pool named `main`; choose another name", field "name";
    409 number_taken: "The number is in use already.", "+15005550101 is already a pool number of this community";
    409 number_in_use: "The number stands for somebody.", "num_1tq3v8r4w0801 stands in 12 assignments; set its state to `draining`, release those, then remove it";
    409 number_in_swap: "A swap empties the number.", "num_1tq3v8r4w0801 is being emptied by swp_1tq3v8r4w0801; wait until that is over, or undo it";
    409 number_leads_on: "Pairs were moved off the number, and it still leads to them.", "pairs were moved off num_1tq3v8r4w0801, and until 2026-02-01T00:00:00.000Z it still leads to them; remove it after that";
    409 no_other_numbers: "No number would be left that could take a pair.", "no other number of this community is active and takes texts; add numbers first";
    409 swap_state: "The swap is over, or goes the other way.", "swp_1tq3v8r4w0801 is done and has nothing to pause";
    409 desk_taken: "The community has a desk already.", "num_1tq3v8r4w0801 is the desk of this community, which has one; set its `desk` to false first";
    409 too_many_links: "The member has as many links as one may have.", "mem_1tq3v8r4w0801 has 10 links already; revoke one first";
    409 pool_has_campaign: "Another campaign covers the pool.", "the campaign `CABC123` covers pool_1tq3v8r4w0801 already; its numbers can name another one each", field "pool";
    409 no_contact: "The two are no contacts.", "mem_1tq3v8r4w0802 is no contact of mem_1tq3v8r4w0801; add the contact first";
    409 pair_blocked: "An admin or an app blocked the pair.", "this pair is blocked";
    409 blocked_by_sender: "The sender has blocked the contact.", "the sender has blocked this contact; lift the block first";
    409 blocked_by_recipient: "The contact has blocked the sender, and the community lets the sender know.", "the recipient has blocked the sender";
    409 not_opted_in: "The community asks for an opt-in, and the recipient's phone has none.", "no opt-in is recorded of the recipient's phone, and this community asks for one";
    409 urgent_not_allowed: "The community takes no urgent texts.", "this community takes no urgent texts: send it without `urgent`, or set its policy `urgent_texts`";
    409 too_many_blocks: "The member blocks as many as one may.", "mem_1tq3v8r4w0801 blocks 1000 members already; lift some first";
    409 too_many_opt_ins: "As many opt-ins of the phone live as are kept.", "500 opt-ins of this phone live, which is as many as are kept; revoke some first";
    409 opt_in_ended: "The opt-in has ended.", "oin_1tq3v8r4w0801 has ended already";
    409 call_under_way: "A call of the member goes on.", "a call of mem_1tq3v8r4w0801 goes on; wait for its end, or hang it up";
    409 erasure_under_way: "The phone's former owner is being erased.", "what is held of a former owner of +14155550101 is being erased; come again when that is done";
    409 merged: "The member became one with another.", "mem_1tq3v8r4w0801 became one with mem_1tq3v8r4w0802; erase that member";
    409 text_gone: "What the text said is kept no more.", "what msg_1tq3v8r4w0801 said is kept no more (it expired, or was erased), so that nothing can be sent; discard it";
    409 import_under_way: "An import goes on, and may name the member.", "an import into this community goes on or was broken off, and may name them; wait for its end, or finish it";
    409 sender_opted_out: "The sender's phone has sent STOP.", "the sender has sent STOP to this number; START lifts it";
    409 sender_frozen: "The sender's phone is frozen.", "the sender's phone is frozen: it was lost";
    409 recipient_frozen: "The recipient's only phone is frozen.", "the recipient's phone is out of use for now";
    409 recipient_opted_out: "The recipient's phone has sent STOP.", "the recipient has sent STOP; only their START lifts it";
    409 awaiting_acceptance: "The contact has not accepted yet.", "the contact has not accepted this sender yet";
    409 in_flight: "The first request with this `Idempotency-Key` is still under way.", "the first request with this Idempotency-Key is still under way; ask again shortly";
    409 secret_shown_once: "The first request with this `Idempotency-Key` made it, and its secret is shown once.", "the key key_1tq3v8r4w0801 was made by the first request with this Idempotency-Key; its secret was shown there, once";
    409 answer_not_kept: "The first request with this `Idempotency-Key` is over, and its answer was too long to be kept; `detail` says its status.", "the first request with this Idempotency-Key was done and answered with status 200, in more than 65536 bytes, which are not kept; GET what it was about to see how it stands";
    409 rows_failed: "Some rows cannot be, so nothing was written; `rows` says which.", "1 of 2 rows cannot be, so nothing was written";
    409 pool_file: "The pool file contradicts what is there, each contradiction on a line of its own.", "pool file:8: numbers[0].carrier is `acme`; allowed are: loopback";
    409 plan_changed: "Something else would be done by now than the plan which was shown.", "what is there, or the file, has changed since that plan was shown; plan again, look, then apply";
    409 import_changed: "An import of that name was broken off, and this is another file, or to be read otherwise.", "members.csv has changed, or is to be read otherwise, since its import was broken off at line 200; import the file as it was, or ask for a restart: rows that are so already count as unchanged";
    409 import_elsewhere: "Another process is at this import.", "another process goes on with this import, or has begun it anew; wait for that to end";
    409 too_many_imports: "As many imports wait as may.", "16 imports are under way or wait here already; send this one when they are done";
    409 too_many_endpoints: "The community has as many endpoints as one may have.", "a community has at most 100 endpoints; remove one first";
    409 verification_running: "Another verification goes on.", "ver_1tq3v8r4w0801 goes on still; wait for its end";
    409 no_report: "The verification is not done, so it has no report.", "ver_1tq3v8r4w0801 has no report: look at its state";
    409 asked_already: "Another endpoint of the community is asked already.", "end_1tq3v8r4w0802 has `intercepts` already; only one endpoint of a community is asked";
    409 endpoint_in_use: "Members read their texts there.", "mem_1tq3v8r4w0801 and perhaps others read their texts at end_1tq3v8r4w0801; remove their app devices first";
    409 endpoint_disabled: "The endpoint takes no callbacks.", "end_1tq3v8r4w0801 is disabled; enable it first";
    409 too_many_secrets: "As many secrets sign as may at once.", "3 secrets sign for end_1tq3v8r4w0801 already; wait until one of them ends";
    409 event_forgotten: "The event is no longer kept.", "the event of dlv_1tq3v8r4w0801 is no longer kept; see callbacks.kept_s";
    410 events_forgotten: "Events after that one are no longer all kept.", "the events after evt_1tq3v8r4w0801 are no longer all kept; read what you need anew, then connect without an id";
    412 changed_meanwhile: "It is no longer as `If-Match` says.", "it was changed since you looked at it; look again, then decide";
    413 body_too_large: "The body is too long.", "the body is 70000 bytes long; at most 65536 bytes are taken";
    415 unsupported_media_type: "The body is not declared as JSON in UTF-8.", "the body is of the type `text/plain`; send JSON in UTF-8 with `Content-Type: application/json`";
    422 invalid: "A field or parameter is unknown, missing, given twice, or has a value that cannot be; `field` names it.", "`phone`: `555-0101` is not an E.164 number: it must begin with `+` and the country code, such as +14155550101", field "phone";
    422 idempotency_key_reused: "The `Idempotency-Key` was used for another request.", "this Idempotency-Key was used for another request; choose a new key for a new request";
    429 too_many_requests: "The key or link makes more requests than it may.", "this key, or link, makes more requests than it may; try again in 1 s";
    429 too_many_failures: "The address made too many requests with a wrong key or none.", "too many requests from this address had no key, or a wrong one; try again in 2 s, with a right one";
    500 internal: "The broker failed.", "the broker failed to answer; the request id names it in its log";
    503 unavailable: "The database cannot be used at the moment.", "the database cannot be used at the moment; try again shortly";
    503 overloaded: "Too much is waiting.", "the exchange is overloaded; try again shortly";
    503 too_many_streams: "Too many event streams are open.", "too many event streams are open; try again later";
    503 not_ready: "The broker cannot serve yet.", "the database does not answer";
};

/// Answers of the same words that many operations share: the component's name with its words.
pub(super) const SHARED: &[(&str, &[&str])] = &[
    ("BadQuery", &["bad_query"]),
    ("Unauthorized", &["unauthorized"]),
    ("Forbidden", &["forbidden"]),
    ("ForbiddenChange", &["csrf", "forbidden", "read_only"]),
    ("BadPrecondition", &["bad_precondition"]),
    ("Changed", &["changed_meanwhile"]),
    ("TooManyRequests", &["too_many_requests", "too_many_failures"]),
    (
        "BadRequest",
        &[
            "missing_body",
            "malformed_json",
            "bad_utf8",
            "broken_body",
            "bad_idempotency_key",
        ],
    ),
    (
        "BadChange",
        &[
            "missing_body",
            "malformed_json",
            "bad_utf8",
            "broken_body",
            "bad_precondition",
        ],
    ),
    ("InvalidOrReused", &["invalid", "idempotency_key_reused"]),
    ("NotFound", &["not_found"]),
    ("BodyTooSlow", &["body_too_slow"]),
    ("BodyTooLarge", &["body_too_large"]),
    ("UnsupportedMediaType", &["unsupported_media_type"]),
    ("Invalid", &["invalid"]),
    ("MadeMeanwhile", &["made_meanwhile"]),
    ("Internal", &["internal"]),
    ("Unavailable", &["unavailable"]),
    ("Overloaded", &["unavailable", "overloaded"]),
];

/// The problem of this word.
pub(super) fn known(code: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.code == code)
}

impl Known {
    /// An answer as it may be.
    pub fn example(&self) -> Value {
        let mut title = self.code.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut example = json!({
            "type": format!("urn:partyline:problem:{}", self.code),
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        });
        if !self.field.is_empty() {
            example["field"] = json!(self.field);
        }
        example["request_id"] = json!("req_4tz6cdm2k7qhw3yb");
        example
    }
}

/// The answer that is any of these.
pub(super) fn response(problems: &[&Known]) -> Value {
    let status = problems.first().map_or(500, |p| p.status);
    let description = match problems {
        [one] => one.when.to_owned(),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|p| format!("- `{}`: {}", p.code, p.when))
                .collect();
            lines.join("\n")
        }
    };
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    match status {
        401 => headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/WWW-Authenticate" }),
        429 | 503 => headers["Retry-After"] = json!({ "$ref": "#/components/headers/Retry-After" }),
        _ => {}
    }
    let examples: serde_json::Map<String, Value> = problems
        .iter()
        .map(|p| {
            (
                p.code.to_owned(),
                json!({ "summary": p.when, "value": p.example() }),
            )
        })
        .collect();
    json!({
        "description": description,
        "headers": headers,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": examples,
        } },
    })
}
