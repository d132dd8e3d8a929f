//! Who is one person: guests who become one with a member, phones that go from one to another, and what an erasure of one
//! takes and leaves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use diesel::RunQueryDsl as _;
use partyline::domain::id::MemberId;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{BlocksShown, Policy};
use partyline::domain::{Clock as _, E164};
use partyline::store::{Conn, Db, Durability};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::{
    ContactRef, Erased, Expected, ExportPlace, MemberEdit, NewMember, NewMessage, NewPhone, OptInEnd,
    OwnerSettlement, PhoneChange, PhoneConflictKind, Settlement, SwitchboardError,
};
use support::exchange::{Person, Town};
use support::{eventually, on_both_databases};

const HOUR_S: i64 = 3_600;
const RANDOM: [u8; 32] = [7; 32];

fn all_received() -> Policy {
    Policy {
        received_cap_percent: 100,
        ..Policy::default()
    }
}

fn spare(n: i64) -> E164 {
    E164::from_i64(14_155_559_000 + n).unwrap()
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, SwitchboardError>) -> &'static str {
    result.unwrap_err().code()
}

fn sql(town: &Town, statements: &str) {
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    conn.execute(statements).unwrap();
}

fn count(town: &Town, what: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let sql = format!("SELECT COUNT(*) AS n FROM {what}");
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    let found: Count = match &mut conn {
        Conn::Sqlite(c) => diesel::sql_query(sql).get_result(c).unwrap(),
        Conn::Postgres(c) => diesel::sql_query(sql).get_result(c).unwrap(),
    };
    found.n
}

trait Persons {
    async fn guest(&self, name: &str, phone: E164) -> Person;
    async fn replace(
        &self,
        whose: Person,
        phone: E164,
        owner: Option<OwnerSettlement>,
    ) -> Result<PhoneChange, SwitchboardError>;
    async fn rehearse(&self, whose: Person, phone: E164) -> PhoneChange;
    async fn merge(&self, whose: Person, guest: Person) -> Person;
    async fn release(&self, a: Person, b: Person);
    async fn erase(&self, member: MemberId, confirm: &str) -> Result<Erased, SwitchboardError>;
    async fn body(&self, message: partyline::domain::id::MessageId) -> String;
}

fn new_phone(phone: E164, owner: Option<OwnerSettlement>) -> NewPhone {
    NewPhone {
        phone,
        settle: BTreeMap::new(),
        otherwise: Some(Settlement::Move),
        owner,
    }
}

impl Persons for Town {
    async fn guest(&self, name: &str, phone: E164) -> Person {
        let new = NewMember {
            name: name.into(),
            phone: Some(phone),
            guest: true,
            listed: false,
        };
        let member = self.board.create_member(self.community, new).await.unwrap();
        Person { id: member.id, phone }
    }

    async fn replace(
        &self,
        whose: Person,
        phone: E164,
        owner: Option<OwnerSettlement>,
    ) -> Result<PhoneChange, SwitchboardError> {
        let devices = self.board.devices(self.community, whose.id).await.unwrap();
        let old = devices.iter().find(|d| d.phone == Some(whose.phone)).unwrap().id;
        self.board
            .replace_phone(self.community, whose.id, old, new_phone(phone, owner))
            .await
    }

    async fn rehearse(&self, whose: Person, phone: E164) -> PhoneChange {
        let device = self
            .board
            .devices(self.community, whose.id)
            .await
            .unwrap()
            .remove(0)
            .id;
        let new = NewPhone {
            otherwise: None,
            ..new_phone(phone, None)
        };
        self.board
            .rehearse_replacing(self.community, whose.id, device, new)
            .await
            .unwrap()
    }

    /// The member with the guest's phone.
    async fn merge(&self, whose: Person, guest: Person) -> Person {
        let done = self
            .replace(whose, guest.phone, Some(OwnerSettlement::Merge))
            .await
            .unwrap();
        assert!(done.applied);
        Person {
            phone: guest.phone,
            ..whose
        }
    }

    async fn release(&self, a: Person, b: Person) {
        self.board
            .release_contact(self.community, a.id, ContactRef::Member(b.id))
            .await
            .unwrap();
    }

    async fn erase(&self, member: MemberId, confirm: &str) -> Result<Erased, SwitchboardError> {
        self.board
            .erase_member(self.community, member, confirm.into(), RANDOM)
            .await
    }

    async fn body(&self, message: partyline::domain::id::MessageId) -> String {
        self.board.message(self.community, message).await.unwrap().text
    }
}

on_both_databases! {
    async fn whom_a_merged_guest_blocks_and_who_blocks_them_stays_so(database: Database) {
        let policy = Policy { blocks_shown: BlocksShown::Open, ..all_received() };
        let town = Town::found(database, 5, policy).await;
        let (ann, bob, cem, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Cem").await, town.person("Dot").await,
        );
        let guest = town.guest("Mobile", spare(7)).await;
        let bobs = town.befriend(bob, guest).await;
        town.befriend(cem, guest).await;
        let dots = town.befriend(dot, guest).await;
        for (who, whom) in [(guest, bob), (cem, guest), (ann, dot), (ann, guest)] {
            town.board.block(town.community, who.id, whom.id).await.unwrap();
        }
        town.carrier.ready.store(false, Ordering::SeqCst);
        let waits = town.text(dot.phone, dots.number, "can you read me?").await;
        assert_eq!(waits.verdict, Verdict::Bridged);
        town.clock.advance_s(10);
        let ann = town.merge(ann, guest).await;
        let mut blocked: Vec<_> = town
            .board.blocks(town.community, ann.id, None, 10).await.unwrap().iter().map(|b| b.contact).collect();
        blocked.sort_unstable();
        let mut expected = vec![bob.id, dot.id];
        expected.sort_unstable();
        assert_eq!(blocked, expected);
        assert!(town.board.one_block(town.community, cem.id, ann.id).await.is_ok());
        assert_eq!(count(&town, "blocks"), 3);
        assert_eq!(town.text(bob.phone, bobs.number, "hello").await.verdict, refused(Reason::BlockedByRecipient));
        // What waited on a pair that is blocked since has ended.
        let ended = town.board.message(town.community, waits.message).await.unwrap();
        assert_eq!((ended.status, ended.reason), (Status::Blocked, Some(Reason::BlockedByRecipient)));
        town.assert_history_agrees();
    }

    async fn what_waits_for_a_merged_guest_and_from_them_leaves_as_the_members(database: Database) {
        let policy = Policy { texting_hours: true, replies_any_hour_s: 0, ..all_received() };
        let town = Town::found(database, 5, policy).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let guest = town.guest("Mobile", spare(7)).await;
        let bobs = town.befriend(bob, guest).await;
        let cems = town.befriend(cem, guest).await;
        // One to a pair that is released, held in quarantine; and two in the night.
        town.clock.advance_s(10);
        town.release(cem, guest).await;
        town.clock.advance_s(10);
        let late = town.text(guest.phone, cems.mirror_number, "Cem, wait").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        town.clock.advance_s(6 * HOUR_S);
        let to = town.text(bob.phone, bobs.number, "are you up?").await;
        let from = town.text(guest.phone, bobs.mirror_number, "I am").await;
        assert_eq!((to.verdict, from.verdict), (Verdict::Bridged, Verdict::Bridged));
        for held in [to.message, from.message] {
            assert_eq!(town.board.message(town.community, held).await.unwrap().status, Status::Held);
        }
        let ann = town.merge(ann, guest).await;
        town.clock.advance_s(11 * HOUR_S);
        // Beside notices that each may have had.
        for (who, said) in [(ann, "are you up?"), (bob, "I am")] {
            eventually(said, Duration::from_secs(10), async || {
                town.carrier.inbox(who.phone).iter().any(|(_, text)| text == said)
            })
            .await;
        }
        let out = town.board.release_quarantined(town.community, late.message, true).await.unwrap();
        assert_eq!((out.from, out.to), (Some(ann.id), Some(cem.id)));
        let all = town.board.messages(town.community, Some(ann.id), None, None, 50).await.unwrap();
        for message in [to.message, from.message, late.message] {
            assert!(all.iter().any(|m| m.id == message), "{message} is not among the member's");
        }
        town.assert_history_agrees();
    }

    async fn what_a_merged_guest_said_and_was_called_goes_with_the_member(database: Database) {
        let town = Town::found(database, 5, all_received()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let guest = town.guest("Quincy Wobblethwaite", spare(7)).await;
        let bobs = town.befriend(bob, guest).await;
        let said = town.text(guest.phone, bobs.mirror_number, "the umbrella is at my place").await.message;
        town.carrier.wait_for(bob.phone, 1).await;
        let rename = MemberEdit { name: Some("Quincy Two".into()), ..MemberEdit::default() };
        town.board.edit_member(town.community, guest.id, rename, Expected::any()).await.unwrap();
        town.clock.advance_s(10);
        let ann = town.merge(ann, guest).await;
        let mut text = String::new();
        let mut place = Some(ExportPlace::first());
        while let Some(at) = place {
            let (piece, next) = town.board.export_member(town.community, ann.id, at).await.unwrap();
            text.push_str(&piece);
            place = next;
        }
        let all: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(text.contains("the umbrella"), "{text}");
        assert_eq!(all["former_names"].as_array().unwrap().len(), 2, "{text}");
        let (c, b) = (town.community.as_i64(), bob.id.as_i64());
        let message = "INSERT INTO messages (community_id, id, origin, from_member, to_member, text, status, want_receipt, \
                       accepted_at, updated_at, expires_at) VALUES";
        sql(&town, &format!("{message} ({c}, 14, 2, NULL, {b}, 'Missed call from QUINCY wobblethwaite.', 3, FALSE, 1, 1, 1)"));
        assert_eq!(code(town.erase(guest.id, &guest.id.to_string()).await), "merged");
        town.erase(ann.id, "Ann").await.unwrap();
        assert_eq!(town.body(said).await, "");
        assert_eq!(town.body(partyline::domain::id::MessageId::from_i64(14)).await, "");
        let phone = guest.phone.as_i64();
        for gone in [
            format!("device_history WHERE phone = {phone} OR member_id IN ({}, {})", ann.id.as_i64(), guest.id.as_i64()),
            "former_names".to_owned(),
            "events WHERE data LIKE '%umbrella%'".to_owned(),
        ] {
            assert_eq!(count(&town, &gone), 0, "{gone}");
        }
    }

    async fn what_waited_for_a_merged_guests_frozen_phone_leaves(database: Database) {
        let town = Town::found(database, 4, all_received()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let guest = town.guest("Mobile", spare(7)).await;
        let bobs = town.befriend(bob, guest).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        town.text(bob.phone, bobs.number, "found your phone?").await;
        town.clock.advance_s(2);
        let device = town.board.devices(town.community, guest.id).await.unwrap().remove(0).id;
        town.board.freeze_phone(town.community, guest.id, device).await.unwrap();
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert_eq!(count(&town, "outbox WHERE node = -1"), 1);
        town.clock.advance_s(10);
        let ann = town.merge(ann, guest).await;
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await[0].1, "found your phone?");
    }

    async fn what_an_erased_persons_phone_has_stopped_stands_against_a_new_phone(database: Database) {
        let town = Town::found(database, 1, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(town.befriend(old, dot).await.number, number);
        town.text(old.phone, number, "STOP").await;
        town.clock.advance_s(10);
        town.erase(old.id, "Old").await.unwrap();
        let kept = count(&town, "hashed_phones");
        assert!(kept >= 1);
        let told = town.rehearse(ann, old.phone).await;
        assert_eq!(told.conflicts.iter().map(|c| c.kind).collect::<Vec<_>>(), [PhoneConflictKind::Stopped]);
        assert_eq!((count(&town, "hashed_phones"), count(&town, "opt_outs")), (kept, 0), "a dry run changes nothing");
        // There is no other number to move to.
        assert_eq!(code(town.replace(ann, old.phone, None).await), "table_full");
        assert_eq!((count(&town, "hashed_phones"), count(&town, "opt_outs")), (kept, 0));
    }

    async fn an_urgent_text_too_leaves_by_the_number_that_its_pair_has_then(database: Database) {
        let policy = Policy { texting_hours: true, urgent_texts: true, cool_down_s: 1000, ..Policy::default() };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let first = town.befriend(ann, bob).await;
        assert_eq!(town.befriend(old, dot).await.number, first.number);
        let pool = town.board.numbers(town.community, None, 1).await.unwrap().remove(0).pool;
        let new = partyline::switchboard::NewNumber {
            pool,
            number: spare(500),
            carrier: "test".into(),
            capabilities: partyline::domain::pool::Capabilities::usual(),
            region: None,
            rate_per_s: 0.0,
            caps: Default::default(),
        };
        town.board.add_number(town.community, new).await.unwrap();
        town.board.delete_member(town.community, old.id).await.unwrap();
        town.clock.advance_s(600);
        // Night comes, and the cool-down is not over.
        sql(&town, "UPDATE phone_holds SET cool_until = 9000000000000");
        town.clock.advance_s(6 * HOUR_S);
        town.carrier.ready.store(false, Ordering::SeqCst);
        let urgent = NewMessage {
            from: bob.id, to: ann.id, text: "the house is on fire".into(), urgent: true, idempotency_key: None,
        };
        town.board.send_foretold(town.community, urgent).await.unwrap();
        assert_eq!(count(&town, "outbox WHERE lane < 0"), 1);
        town.clock.advance_s(10);
        let done = town.replace(ann, old.phone, None).await.unwrap();
        assert_eq!(done.conflicts[0].new_number, Some(spare(500)));
        town.carrier.ready.store(true, Ordering::SeqCst);
        let read = town.carrier.wait_for(old.phone, 1).await;
        assert_eq!(read, [(spare(500), "the house is on fire".to_owned())]);
    }

    async fn nobody_gets_a_phone_while_its_former_owners_erasure_goes_on(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (zeb, bob, cem) = (town.person("Zeb").await, town.person("Bob").await, town.person("Cem").await);
        let zebs = town.befriend(zeb, bob).await;
        let made = town.befriend(bob, cem).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let spaced = format!("call Zeb, +1 ({}) {}-{}", &zeb.phone.to_string()[2..5], &zeb.phone.to_string()[5..8], &zeb.phone.to_string()[8..]);
        let waits = town.text(bob.phone, made.number, &spaced).await.message;
        let begun = town.erase(zeb.id, "Zeb").await.unwrap();
        assert_eq!((begun.waiting, begun.compacted), (1, false));
        let back = NewMember { name: "Zeb".into(), phone: Some(zeb.phone), guest: false, listed: false };
        assert_eq!(code(town.board.create_member(town.community, back.clone()).await), "erasure_under_way");
        assert_eq!(code(town.replace(bob, zeb.phone, None).await), "erasure_under_way");
        // The phone stops a number meanwhile.
        town.text(zeb.phone, zebs.number, "STOP").await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        // The other's text leaves whole, and loses its words when it is over.
        assert_eq!(town.carrier.wait_for(cem.phone, 1).await[0].1, spaced);
        town.wait_status(waits, Status::Sent).await;
        let ended = town.erase(zeb.id, "Zeb").await.unwrap();
        assert_eq!((ended.waiting, ended.compacted), (0, true));
        assert_eq!(town.body(waits).await, "");
        let phone = zeb.phone.as_i64();
        assert_eq!(count(&town, &format!("opt_outs WHERE phone = {phone}")), 0);
        town.board.create_member(town.community, back).await.unwrap();
        assert_eq!(count(&town, &format!("opt_outs WHERE phone = {phone}")), 1);
    }

    async fn who_had_the_number_before_keeps_their_history(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (old, dot, cem) = (town.person("Old").await, town.person("Dot").await, town.person("Cem").await);
        let dots = town.befriend(old, dot).await;
        let cems = town.befriend(old, cem).await;
        town.clock.advance_s(10);
        town.release(old, cem).await;
        town.clock.advance_s(10);
        let late = town.text(old.phone, cems.number, "for Cem").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        let then = town.clock.now();
        town.clock.advance_s(10);
        town.replace(old, spare(1), None).await.unwrap();
        town.clock.advance_s(10);
        let new = NewMember { name: "Zeb".into(), phone: Some(old.phone), guest: false, listed: false };
        let zeb = town.board.create_member(town.community, new).await.unwrap();
        town.clock.advance_s(10);
        let rows = count(&town, &format!("device_history WHERE member_id = {}", old.id.as_i64()));
        town.erase(zeb.id, "Zeb").await.unwrap();
        assert_eq!(count(&town, &format!("device_history WHERE member_id = {}", old.id.as_i64())), rows);
        assert_eq!(count(&town, &format!("device_history WHERE phone = {}", old.phone.as_i64())), 0);
        // What it was is answered, from either side.
        let back = town.board.resolve_at(None, dot.phone, dots.mirror_number, then).await.unwrap();
        assert_eq!((back.outcome, back.contact), ("bridge", Some(old.id)));
        let there = town.board.resolve_at(None, old.phone, dots.number, then).await.unwrap();
        assert_eq!(there.reason, Some(Reason::UnknownSender));
        let out = town.board.release_quarantined(town.community, late.message, true).await.unwrap();
        assert_eq!((out.from, out.to), (Some(old.id), Some(cem.id)));
    }

    async fn what_others_wrote_to_them_too_late_goes_and_what_has_their_letters_by_chance_stays(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (al, bob) = (town.person("Al").await, town.person("Bob").await);
        let made = town.befriend(al, bob).await;
        town.clock.advance_s(10);
        town.release(al, bob).await;
        town.clock.advance_s(10);
        let late = town.text(bob.phone, made.mirror_number, "marzipan at noon").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        let (c, b, a) = (town.community.as_i64(), bob.id.as_i64(), al.id.as_i64());
        let number = town.board.numbers(town.community, None, 1).await.unwrap().remove(0);
        let number = number.id.as_i64();
        let digits = al.phone.as_i64();
        let message = "INSERT INTO messages (community_id, id, origin, from_member, to_member, text, status, want_receipt, \
                       accepted_at, updated_at, expires_at) VALUES";
        sql(&town, &format!(
            "INSERT INTO member_references (community_id, reference, member_id) VALUES ({c}, '7', {a});
             {message} ({c}, 14, 2, NULL, {b}, 'Also 7 royal mails', 3, FALSE, 1, 1, 1), \
             ({c}, 15, 2, NULL, {b}, 'Missed call from AL.', 0, FALSE, 1, 1, 9000000000000);
             INSERT INTO deferred_texts (community_id, message_id, lane, due_at, attempts) VALUES ({c}, 15, 9, 9000000000000, 0);
             INSERT INTO desk_phones (community_id, number_id, phone, member_id, used_at, minute_at, minute_texts, menu, \
             menu_until) VALUES ({c}, {number}, 14155559998, {b}, 1, 1, 1, '{{\"add\":[7,177]}}', 9), \
             ({c}, {number}, 14155559999, {b}, 1, 1, 1, '{{\"add\":[5,{a}]}}', 9);
             INSERT INTO api_keys (id, name, scope, community_id, token_hash, created_at) VALUES \
             (21, 'here', 'community', {c}, 'h21', 1), (22, 'elsewhere', 'community', 999, 'h22', 1);
             INSERT INTO idempotency_keys (key_id, name, request_hash, status, answer, created_at) VALUES \
             (21, 'k', 'h', 201, '+{digits}', 1), (22, 'k', 'h', 201, '+{digits}', 1), (22, 'l', 'h', 201, '{id}', 2);",
            id = al.id,
        ));
        town.erase(al.id, "Al").await.unwrap();
        assert_eq!(town.body(late.message).await, "");
        assert_eq!(count(&town, "events WHERE data LIKE '%marzipan%'"), 0);
        let id = partyline::domain::id::MessageId::from_i64;
        assert_eq!(town.body(id(14)).await, "Also 7 royal mails");
        let ended = town.board.message(town.community, id(15)).await.unwrap();
        assert_eq!((ended.status, ended.text.as_str()), (Status::Blocked, ""));
        assert_eq!(count(&town, "deferred_texts"), 0);
        assert_eq!(count(&town, "desk_phones WHERE menu IS NULL"), 1);
        assert_eq!(count(&town, "idempotency_keys WHERE status = 409 AND key_id = 21"), 1);
        assert_eq!(count(&town, "idempotency_keys WHERE status = 409 AND name = 'l'"), 1);
        assert_eq!(count(&town, "idempotency_keys WHERE status = 201"), 1);
    }

    async fn who_was_removed_can_be_erased_by_id(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (al, bob) = (town.person("Alastair").await, town.person("Bob").await);
        let made = town.befriend(al, bob).await;
        let said = town.text(al.phone, made.number, "marzipan").await.message;
        town.carrier.wait_for(bob.phone, 1).await;
        town.board.delete_member(town.community, al.id).await.unwrap();
        assert_eq!(town.body(said).await, "marzipan");
        assert_eq!(code(town.erase(al.id, "Alastair").await), "invalid");
        town.erase(al.id, &al.id.to_string()).await.unwrap();
        assert_eq!(town.body(said).await, "");
        assert_eq!(count(&town, &format!("device_history WHERE phone = {}", al.phone.as_i64())), 0);
        assert_eq!(count(&town, &format!("phone_holds WHERE phone = {}", al.phone.as_i64())), 0);
        assert_eq!(code(town.erase(al.id, &al.id.to_string()).await), "not_found");
    }

    async fn an_opt_in_is_of_one_contact_on_one_members_phone(database: Database) {
        let policy = Policy { require_opt_in: true, cool_down_s: 0, ..all_received() };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let anns = town.befriend(ann, bob).await;
        town.text(bob.phone, anns.mirror_number, "START").await;
        assert_eq!(town.text(ann.phone, anns.number, "hello").await.verdict, Verdict::Bridged);
        town.release(ann, bob).await;
        town.clock.advance_s(10);
        // The number is Cem now, to whom nobody agreed.
        let cems = town.befriend(cem, bob).await;
        assert_eq!(cems.mirror_number, anns.mirror_number);
        assert_eq!(town.text(cem.phone, cems.number, "hello").await.verdict, refused(Reason::NotOptedIn));
        // As many records as are kept make no START void.
        let (c, phone) = (town.community.as_i64(), bob.phone.as_i64());
        let rows: Vec<String> = (1..=500)
            .map(|id| format!("({c}, {id}, {phone}, 99, 'api', 'e', 1, 1, 7, 2, 'stop')"))
            .collect();
        sql(&town, &format!(
            "INSERT INTO opt_ins (community_id, id, phone, number_id, source, evidence, given_at, recorded_at, who, \
             ended_at, ended_by) VALUES {}", rows.join(", ")
        ));
        town.text(bob.phone, cems.mirror_number, "START").await;
        assert_eq!(count(&town, "opt_ins WHERE id = 1"), 0, "the oldest went");
        assert_eq!(town.text(cem.phone, cems.number, "hello").await.verdict, Verdict::Bridged);
        let all = town.board.opt_ins(town.community, Some(bob.id), None, 3).await.unwrap();
        assert_eq!((all[0].contact, all[0].ended_at), (Some(cem.id), None));
        assert_eq!((all[1].contact, all[1].ended_by), (Some(ann.id), Some(OptInEnd::AnotherContact)));
        // Whoever has the phone next has agreed to nothing.
        town.replace(bob, spare(1), None).await.unwrap();
        let ended = town.board.opt_in(town.community, all[0].id).await.unwrap();
        assert_eq!(ended.ended_by, Some(OptInEnd::PhoneLeft));
        assert_eq!(town.text(cem.phone, cems.number, "and now?").await.verdict, refused(Reason::NotOptedIn));
    }

    async fn what_was_agreed_to_of_a_merged_guest_holds_for_the_member(database: Database) {
        let policy = Policy { require_opt_in: true, ..all_received() };
        let town = Town::found(database, 4, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let guest = town.guest("Mobile", spare(7)).await;
        let bobs = town.befriend(bob, guest).await;
        town.text(bob.phone, bobs.number, "START").await;
        town.text(guest.phone, bobs.mirror_number, "START").await;
        town.clock.advance_s(10);
        let ann = town.merge(ann, guest).await;
        assert_eq!(town.text(ann.phone, bobs.mirror_number, "it is me").await.verdict, Verdict::Bridged);
        assert_eq!(town.text(bob.phone, bobs.number, "hello").await.verdict, Verdict::Bridged);
    }
}
