//! Hubs: somebody known to more people than there are numbers is reached all the same, each sender by a tag of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::domain::pool::{Capabilities, Region};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::swap::{SwapOrder, SwapState, SwapWhat};
use partyline::switchboard::switching::{CallAttempt, CallExchange as _, CallPlan, Caller};
use partyline::switchboard::views::Contact;
use partyline::switchboard::{ContactRef, NewMessage, NewNumber, NumberEdit, SwitchboardError};
use serde_json::{Value, json};
use support::exchange::{Person, Town};
use support::{Database, hidden, on_both_databases, poll};

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

fn overflowing() -> Policy {
    Policy {
        overflow: true,
        received_cap_percent: 100,
        ..Policy::default()
    }
}

/// A town with so many numbers for contacts, and a hub.
async fn with_hub(database: Database, numbers: i64, policy: Policy) -> (Town, E164) {
    let town = Town::found(database, numbers + 1, policy).await;
    let hub = town
        .board
        .numbers(town.community, None, 1)
        .await
        .unwrap()
        .remove(0);
    set_hub(&town, hub.number, true).await.unwrap();
    (town, hub.number)
}

async fn set_hub(town: &Town, number: E164, hub: bool) -> Result<(), SwitchboardError> {
    let found = town.board.find_number(town.community, number).await?.unwrap();
    let edit = NumberEdit {
        hub: Some(hub),
        ..NumberEdit::default()
    };
    town.board
        .edit_number(town.community, found.id, edit)
        .await
        .map(drop)
}

async fn patch(town: &Town, policy: Value) {
    let policy = policy.as_object().unwrap().clone();
    town.board
        .patch_community(town.community, None, policy)
        .await
        .unwrap();
}

/// A pizzeria, and so many people who have it as a contact, in the order in which they came.
async fn crowd(town: &Town, count: usize) -> (Person, Vec<(Person, Contact)>) {
    let luna = town.person("Pizzeria Luna").await;
    let mut guests = Vec::new();
    for n in 1..=count {
        let guest = town.person(&format!("Guest {n}")).await;
        let contact = town.befriend(guest, luna).await;
        guests.push((guest, contact));
    }
    (luna, guests)
}

/// What the hub sent to a phone, from the one after so many on.
async fn from_hub(town: &Town, phone: E164, hub: E164, after: usize) -> String {
    let texts = || {
        let inbox = town.carrier.inbox(phone).into_iter();
        inbox
            .filter(|(from, _)| *from == hub)
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    };
    let found = poll(Duration::from_secs(20), async || texts().get(after).cloned()).await;
    found.unwrap_or_else(|| panic!("no text from the hub after {:?}", texts()))
}

fn count_from(town: &Town, phone: E164, hub: E164) -> usize {
    town.carrier
        .inbox(phone)
        .iter()
        .filter(|(from, _)| *from == hub)
        .count()
}

on_both_databases! {
    async fn a_hub_that_was_stopped_says_nothing_more_whatever_tag_is_texted(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, _) = crowd(&town, 2).await;
        // Tag 2 is somebody on another phone only.
        let (_, others) = crowd(&town, 3).await;
        assert_eq!(others[2].1.mirror_tag, Some(2));
        assert_eq!(town.text(luna.phone, hub, "STOP").await.verdict, Verdict::Keyword);
        from_hub(&town, luna.phone, hub, 0).await;
        let before = count_from(&town, luna.phone, hub);
        for text in ["#2 hi", "#9 hi", "hi", "MENU"] {
            let received = town.text(luna.phone, hub, text).await;
            assert!(
                matches!(received.verdict, Verdict::Refused { reason: Reason::SenderOptedOut, .. }),
                "{text}: {received:?}"
            );
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(count_from(&town, luna.phone, hub), before);
        // A tag that is nobody's here is no keyword's either.
        let (bella, _) = crowd(&town, 2).await;
        assert!(matches!(town.text(bella.phone, hub, "STOP #2").await.verdict, Verdict::Refused { .. }));
    }

    async fn further_senders_than_there_are_numbers_reach_a_contact_by_tags(database: Database) {
        let (town, hub) = with_hub(database, 2, overflowing()).await;
        let (luna, guests) = crowd(&town, 4).await;
        // The first two have numbers of their own there, and the others tags; the senders' side is as ever.
        let seen: Vec<_> = guests.iter().map(|(_, c)| (c.mirror_number == hub, c.mirror_tag, c.tag)).collect();
        assert_eq!(seen, [(false, None, None), (false, None, None), (true, Some(1), None), (true, Some(2), None)]);
        assert!(guests.iter().all(|(_, contact)| contact.number != hub));

        let (ann, with_luna) = &guests[2];
        let sent = town.text(ann.phone, with_luna.number, "a table for two?").await;
        assert_eq!(sent.verdict, Verdict::Bridged);
        assert_eq!(from_hub(&town, luna.phone, hub, 0).await, "Guest 3 #1: a table for two?");
        // Apps see the plain text.
        assert_eq!(town.board.message(town.community, sent.message).await.unwrap().text, "a table for two?");

        let reply = town.text(luna.phone, hub, "# 01: at eight").await;
        assert_eq!(reply.verdict, Verdict::Bridged);
        let inbox = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(inbox, [(with_luna.number, "at eight".to_owned())]);
        for (other, _) in guests.iter().filter(|(one, _)| one.id != ann.id) {
            assert!(town.carrier.inbox(other.phone).is_empty());
        }
        // Nothing on either side names a real number.
        for person in [luna, *ann] {
            for (_, text) in town.carrier.inbox(person.phone) {
                hidden::assert_hidden_in_text("a text", &text, &[&luna.phone.to_string(), &ann.phone.to_string()]);
            }
        }
        // Those with a number of their own are as ever, too.
        let (bob, plain) = &guests[0];
        town.text(bob.phone, plain.number, "hello").await;
        let inbox = town.carrier.wait_for(luna.phone, 2).await;
        assert_eq!(inbox[1], (plain.mirror_number, "hello".to_owned()));
        let listed = town.board.numbers(town.community, None, 10).await.unwrap();
        assert_eq!(listed.len(), 3, "lines are not listed");
        assert_eq!(listed.iter().map(|n| (n.hub, n.seats)).collect::<Vec<_>>(), [(true, 2), (false, 0), (false, 0)]);
        let people = town.board.hub_contacts(town.community, None, 10).await.unwrap();
        assert_eq!(people.iter().map(|p| (p.member, p.contacts, p.on_hubs, p.free)).collect::<Vec<_>>(), [(luna.id, 4, 2, 0)]);
        let capacity = town.board.capacity(town.community).await.unwrap();
        assert_eq!((capacity.usable, capacity.on_hubs, capacity.numbers[0].active), (2, 2, 2));
        assert!(capacity.explained.contains("2 contacts are on hubs"), "{}", capacity.explained);
        town.assert_history_agrees();
    }

    async fn a_text_without_a_tag_reaches_nobody_and_is_answered_by_a_menu(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let (ann, _) = guests[1];
        // Even where there is but one.
        let met = town.text(luna.phone, hub, "at eight").await;
        assert_eq!(met.verdict, refused(Reason::TagMissing));
        let kept = town.board.message(town.community, met.message).await.unwrap();
        assert_eq!((kept.status, kept.reason, kept.to), (Status::Blocked, Some(Reason::TagMissing), None));
        let menu = from_hub(&town, luna.phone, hub, 0).await;
        assert!(menu.contains("#7 your text") && menu.ends_with("\n#1 Guest 2"), "{menu}");

        // A tag that nobody has, a tag of nobody here, a bare tag, and a quoted text.
        for (text, reason) in [
            ("#9 at eight", Reason::UnknownTag),
            ("#1", Reason::BadText),
        ] {
            assert_eq!(town.text(luna.phone, hub, text).await.verdict, refused(reason), "{text}");
        }
        assert_eq!(town.text(luna.phone, hub, "Guest 2 #1: a table?").await.verdict, refused(Reason::TagMissing));
        assert!(town.carrier.inbox(ann.phone).is_empty());
        for (guest, _) in &guests {
            assert!(town.carrier.inbox(guest.phone).is_empty());
        }
        // Three menus an hour, and then silence: two machines do not go on.
        from_hub(&town, luna.phone, hub, 2).await;
        for _ in 0..5 {
            town.text(luna.phone, hub, "is this on?").await;
        }
        assert_eq!(town.text(luna.phone, hub, "#1 yes").await.verdict, Verdict::Bridged);
        town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(count_from(&town, luna.phone, hub), 3);
        // Who asks for it gets it.
        assert_eq!(town.text(luna.phone, hub, "MENU").await.verdict, Verdict::Keyword);
        from_hub(&town, luna.phone, hub, 3).await;
    }

    async fn a_menu_names_those_first_who_wrote_last_and_ten_at_once(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 13).await;
        let (last, with_luna) = &guests[5];
        town.clock.advance_s(120);
        town.text(last.phone, with_luna.number, "hello").await;
        from_hub(&town, luna.phone, hub, 0).await;
        town.text(luna.phone, hub, "who?").await;
        let menu = from_hub(&town, luna.phone, hub, 1).await;
        let lines: Vec<&str> = menu.lines().collect();
        assert_eq!((lines[1], lines.len(), lines[11]), ("#5 Guest 6", 12, "MENU 2 shows more."), "{menu}");
        town.text(luna.phone, hub, "more").await;
        let rest = from_hub(&town, luna.phone, hub, 2).await;
        assert_eq!(rest.lines().count(), 3, "{rest}");
    }

    async fn stop_with_a_tag_is_about_one_and_without_about_all(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 3).await;
        town.text(luna.phone, guests[0].1.mirror_number, "thank you").await;
        let say = async |of: usize| {
            let (who, contact) = &guests[of];
            town.text(who.phone, contact.number, "hello").await.verdict
        };
        assert_eq!(town.text(luna.phone, hub, "STOP #1").await.verdict, Verdict::Keyword);
        assert_eq!((say(1).await, say(2).await), (refused(Reason::RecipientOptedOut), Verdict::Bridged));
        assert_eq!(town.text(luna.phone, hub, "#1 start").await.verdict, Verdict::Keyword);
        assert_eq!(say(1).await, Verdict::Bridged);
        // Of one who is not there nothing is taken for all.
        assert_eq!(town.text(luna.phone, hub, "STOP #9").await.verdict, refused(Reason::UnknownTag));
        assert_eq!((say(1).await, say(2).await), (Verdict::Bridged, Verdict::Bridged));

        assert_eq!(town.text(luna.phone, hub, "Stop").await.verdict, Verdict::Keyword);
        assert_eq!((say(1).await, say(2).await), (refused(Reason::RecipientOptedOut), refused(Reason::RecipientOptedOut)));
        assert_eq!(say(0).await, Verdict::Bridged, "who has a number of their own is not behind the hub");
        // A carrier blocks the whole number: nobody new is placed on it.
        let late = town.person("Late").await;
        let full = town.board.add_contact(town.community, late.id, luna.id).await.unwrap_err();
        assert!(matches!(&full, SwitchboardError::TableFull(shortage) if shortage.member == luna.id), "{full}");
        assert_eq!(town.text(luna.phone, hub, "hello?").await.verdict, refused(Reason::SenderOptedOut));
        // START for one lifts the carrier's block, and that one's alone.
        assert_eq!(town.text(luna.phone, hub, "START #2").await.verdict, Verdict::Keyword);
        assert_eq!((say(1).await, say(2).await), (refused(Reason::RecipientOptedOut), Verdict::Bridged));
        assert_eq!(town.text(luna.phone, hub, "START").await.verdict, Verdict::Keyword);
        assert_eq!((say(1).await, say(2).await), (Verdict::Bridged, Verdict::Bridged));
        town.assert_history_agrees();
    }

    async fn a_region_is_not_empty_while_somebody_sits_on_its_hub(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 3).await;
        let pool = town.board.pools(town.community, None, 1).await.unwrap().remove(0).id;
        let new = NewNumber {
            pool,
            number: "+14165550100".parse().unwrap(),
            carrier: "test".into(),
            capabilities: Capabilities::usual(),
            region: None,
            rate_per_s: 0.0,
            caps: Default::default(),
        };
        town.board.add_number(town.community, new).await.unwrap();
        let order = || SwapOrder {
            what: SwapWhat::Region(Region::parse("US").unwrap()),
            overlap_s: None,
            notice: Some(None),
        };
        let plan = town.board.plan_swap(town.community, order(), None, 10).await.unwrap();
        let left: Vec<_> = plan.left_out.iter().map(|hub| (hub.number, hub.seats)).collect();
        assert_eq!((left, plan.numbers.len()), (vec![(hub, 2)], 1));
        let id = town.board.start_swap(town.community, order()).await.unwrap().0.id;
        let ended = async || {
            let swap = async || {
                let swap = town.board.swap(town.community, id).await.unwrap();
                (!swap.state.is_going()).then_some(swap)
            };
            poll(Duration::from_secs(20), swap).await.unwrap()
        };
        let swap = ended().await;
        assert_eq!((swap.state, swap.left, swap.failed), (SwapState::Failed, 0, 0));
        let reason = swap.reason.unwrap();
        assert!(reason.contains(&format!("{hub} (2 pairs)")), "{reason}");
        for (guest, contact) in &guests {
            if contact.mirror_number == hub {
                town.board.release_contact(town.community, guest.id, ContactRef::Member(luna.id)).await.unwrap();
            }
        }
        town.board.resume_swap(town.community, id).await.unwrap();
        let swap = ended().await;
        assert_eq!((swap.state, swap.reason), (SwapState::Done, None));
        assert_eq!(swap.left_out.iter().map(|hub| hub.seats).collect::<Vec<_>>(), [0]);
    }

    async fn help_at_a_hub_says_how_to_write_to_those_behind_it(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, _) = crowd(&town, 2).await;
        assert_eq!(town.text(luna.phone, hub, "HELP").await.verdict, Verdict::Keyword);
        let help = from_hub(&town, luna.phone, hub, 0).await;
        assert!(help.contains("#7 your text") && help.contains("MENU"), "{help}");
    }

    async fn a_released_tag_is_quarantined_and_given_to_nobody_else_before_it_cooled_down(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let (ann, _) = guests[1];
        town.board.release_contact(town.community, ann.id, ContactRef::Member(luna.id)).await.unwrap();
        let late = town.text(luna.phone, hub, "#1 are you there?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        assert!(from_hub(&town, luna.phone, hub, 0).await.starts_with("#1: "));
        town.clock.advance_s(1);
        let next = town.person("Next").await;
        let placed = town.befriend(next, luna).await;
        assert_eq!(placed.mirror_tag, Some(2));
        assert!(town.carrier.inbox(next.phone).is_empty() && town.carrier.inbox(ann.phone).is_empty());
        // The pair gets its own tag back, and then the text that was held goes to whom it was for.
        let back = town.befriend(ann, luna).await;
        assert_eq!((back.mirror_number, back.mirror_tag), (hub, Some(1)));
        town.board.release_quarantined(town.community, late.message, false).await.unwrap();
        let inbox = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(inbox, [(back.number, "are you there?".to_owned())]);
        // After the cool-down the lowest that is free is anybody's.
        town.board.release_contact(town.community, ann.id, ContactRef::Member(luna.id)).await.unwrap();
        town.clock.advance_s(31 * 24 * 3600);
        for tag in [Some(3), Some(4)] {
            let other = town.person("Other").await;
            assert_eq!(town.befriend(other, luna).await.mirror_tag, tag, "what was another's comes last");
        }
        town.assert_history_agrees();
    }

    async fn two_hub_contacts_have_the_same_tags_and_do_not_mix(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let desk = town.person("Help Desk").await;
        let (ann, bob) = (guests[1].0, town.person("Bob").await);
        let first = town.person("First").await;
        town.befriend(first, desk).await;
        let with_desk = town.befriend(bob, desk).await;
        assert_eq!((with_desk.mirror_number, with_desk.mirror_tag), (hub, Some(1)));
        assert_eq!(guests[1].1.mirror_tag, Some(1));
        town.text(luna.phone, hub, "#1 from luna").await;
        town.text(desk.phone, hub, "#1 from the desk").await;
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await[0].1, "from luna");
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await[0].1, "from the desk");
        assert_eq!(town.carrier.inbox(ann.phone).len() + town.carrier.inbox(bob.phone).len(), 2);
        // Ann is not behind the hub for herself: on her phone it stands for nobody.
        assert_eq!(town.text(ann.phone, hub, "hello").await.verdict, refused(Reason::NoContact));
        assert_eq!(town.text(ann.phone, hub, "#1 hello").await.verdict, refused(Reason::UnknownTag));
    }

    async fn an_app_sends_over_a_hub_and_a_hub_contact_answers_by_app(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let (ann, contact) = &guests[1];
        let new = |from: Person, to: Person, text: &str| NewMessage {
            from: from.id,
            to: to.id,
            text: text.into(),
            urgent: false,
            idempotency_key: None,
        };
        let (sent, _) = town.board.send(town.community, new(*ann, luna, "hello")).await.unwrap();
        assert_eq!(sent.text, "hello");
        assert_eq!(from_hub(&town, luna.phone, hub, 0).await, "Guest 2 #1: hello");
        town.board.send(town.community, new(luna, *ann, "welcome")).await.unwrap();
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await, [(contact.number, "welcome".to_owned())]);
    }

    async fn what_stands_before_a_text_counts_with_it(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let (ann, contact) = &guests[1];
        let text = "x".repeat(155);
        let sent = town.text(ann.phone, contact.number, &text).await;
        let seen = town.board.message(town.community, sent.message).await.unwrap();
        assert_eq!((seen.segments, seen.text.len()), (2, 155));
        assert_eq!(from_hub(&town, luna.phone, hub, 0).await, format!("Guest 2 #1: {text}"));
    }

    async fn without_overflow_or_tags_a_full_table_is_refused_as_ever(database: Database) {
        let (town, _hub) = with_hub(database, 1, Policy { overflow: false, ..overflowing() }).await;
        let (luna, guests) = crowd(&town, 1).await;
        town.text(luna.phone, guests[0].1.mirror_number, "thank you").await;
        let more = town.person("More").await;
        let add = async |who: Person| town.board.add_contact(town.community, who.id, luna.id).await;
        let error = add(more).await.unwrap_err();
        assert!(matches!(&error, SwitchboardError::TableFull(s) if s.member == luna.id));
        assert!(error.to_string().contains("`overflow`"), "{error}");
        patch(&town, json!({"overflow": true, "hub_most_tags": 1})).await;
        assert_eq!(add(more).await.unwrap().0.mirror_tag, Some(1));
        let last = town.person("Last").await;
        let error = add(last).await.unwrap_err();
        assert!(matches!(&error, SwitchboardError::TableFull(s) if s.member == luna.id));
        assert!(error.to_string().contains("`hub_most_tags`"), "{error}");
    }

    async fn nobody_is_kept_out_by_contacts_who_were_never_answered_and_they_take_no_numbers(database: Database) {
        let policy = Policy { received_cap_percent: 50, ..overflowing() };
        let (town, hub) = with_hub(database, 4, policy).await;
        let (luna, guests) = crowd(&town, 4).await;
        let on_hub: Vec<bool> = guests.iter().map(|(_, c)| c.mirror_number == hub).collect();
        assert_eq!(on_hub, [false, false, true, true]);
        // Her own choice still finds a number.
        let friend = town.person("Friend").await;
        let own = town.befriend(luna, friend).await;
        assert!(own.number != hub && own.mirror_number != hub);
        // One with a full table of their own who adds a contact is shown that one by a tag.
        patch(&town, json!({"received_cap_percent": 100})).await;
        let (x, y) = (town.person("X").await, town.person("Y").await);
        town.befriend(luna, x).await;
        let own = town.befriend(luna, y).await;
        assert_eq!((own.number, own.tag, own.mirror_tag), (hub, Some(3), None));
    }

    async fn apps_are_told_once_that_a_table_is_nearly_full(database: Database) {
        let (town, _) = with_hub(database, 5, Policy { received_cap_percent: 100, ..Policy::default() }).await;
        let warned = async || {
            let all = town.board.hub_contacts(town.community, None, 10).await.unwrap();
            all.into_iter().map(|one| (one.member, one.warned_at)).collect::<Vec<_>>()
        };
        let (luna, guests) = crowd(&town, 3).await;
        assert!(warned().await.is_empty());
        let more = town.person("More").await;
        town.befriend(more, luna).await;
        let first = warned().await;
        assert_eq!(first.len(), 1);
        assert!(first[0].0 == luna.id && first[0].1.is_some());
        town.clock.advance_s(60);
        let (last, _) = (town.person("Last").await, ());
        town.befriend(last, luna).await;
        assert_eq!(warned().await, first, "once is enough");
        // Well below the mark, and up again.
        let let_go = [guests[0].0, guests[1].0, more, last];
        for who in let_go {
            town.board.release_contact(town.community, who.id, ContactRef::Member(luna.id)).await.unwrap();
        }
        town.clock.advance_s(31 * 24 * 3600);
        for who in let_go {
            town.befriend(who, luna).await;
        }
        assert_ne!(warned().await[0].1, first[0].1);
    }

    async fn a_hub_is_nobodys_number_and_goes_only_when_nobody_is_behind_it(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let plain = guests[0].1.mirror_number;
        let in_use = |error: SwitchboardError| matches!(error, SwitchboardError::Conflict { code: "number_in_use", .. });
        assert!(in_use(set_hub(&town, plain, true).await.unwrap_err()));
        assert!(in_use(set_hub(&town, hub, false).await.unwrap_err()));
        let id = town.board.find_number(town.community, hub).await.unwrap().unwrap().id;
        assert!(in_use(town.board.remove_number(town.community, id).await.unwrap_err()));
        let (ann, _) = guests[1];
        town.board.release_contact(town.community, ann.id, ContactRef::Member(luna.id)).await.unwrap();
        set_hub(&town, hub, false).await.unwrap();
        // To a phone that knew a tag of it the number cools down: what still comes reaches nobody.
        let late = town.text(luna.phone, hub, "#1 hello?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        let other = town.person("Other").await;
        let error = town.board.add_contact(town.community, other.id, luna.id).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::TableFull(_)), "the number is not free for that phone");
        // Set aside again it has its tags again.
        set_hub(&town, hub, true).await.unwrap();
        town.clock.advance_s(31 * 24 * 3600);
        assert_eq!(town.befriend(ann, luna).await.mirror_tag, Some(1));
        town.assert_history_agrees();
    }

    async fn what_would_happen_is_told_of_a_tag_too(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let ask = async |tag| town.board.resolve_tagged(Some(town.community), (luna.phone, hub), tag).await.unwrap();
        let found = ask(Some(1)).await;
        assert_eq!((found.outcome, found.contact, found.tag), ("bridge", Some(guests[1].0.id), Some(1)));
        let none = ask(None).await;
        assert_eq!((none.outcome, none.reason), ("menu", Some(Reason::TagMissing)));
        assert_eq!(ask(Some(9)).await.reason, Some(Reason::UnknownTag));
        let to_luna = town.board.resolve(None, guests[1].0.phone, guests[1].1.number).await.unwrap();
        assert!(to_luna.shown_number == Some(hub) && to_luna.steps.iter().any(|step| step.contains("#1")), "{to_luna:?}");
        town.clock.advance_s(60);
        let at = town.board.message(town.community, town.text(luna.phone, hub, "#1 hi").await.message).await.unwrap().accepted_at;
        let past = town.board.resolve_tagged_at(Some(town.community), (luna.phone, hub), Some(1), at).await.unwrap();
        assert_eq!((past.outcome, past.contact), ("bridge", Some(guests[1].0.id)), "{past:?}");
        let past = town.board.resolve_tagged_at(Some(town.community), (luna.phone, hub), None, at).await.unwrap();
        assert_eq!(past.reason, Some(Reason::TagMissing), "{past:?}");
    }

    async fn who_must_accept_first_does_so_by_the_tag(database: Database) {
        let policy = Policy { acceptance_required: true, ..overflowing() };
        let (town, hub) = with_hub(database, 1, policy).await;
        let (luna, guests) = crowd(&town, 2).await;
        let asked = from_hub(&town, luna.phone, hub, 0).await;
        assert!(asked.starts_with("#1: "), "{asked}");
        let (ann, contact) = &guests[1];
        assert_eq!(town.text(ann.phone, contact.number, "hello").await.verdict, refused(Reason::AwaitingAcceptance));
        assert_eq!(town.text(luna.phone, hub, "YES").await.verdict, refused(Reason::TagMissing));
        assert_eq!(town.text(luna.phone, hub, "YES #1").await.verdict, Verdict::Keyword);
        assert_eq!(town.text(ann.phone, contact.number, "hello").await.verdict, Verdict::Bridged);
    }

    async fn a_call_to_a_hub_cannot_say_for_whom_it_is(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, guests) = crowd(&town, 2).await;
        let dial = async |from: E164, dialled: E164| {
            let attempt = CallAttempt { trunk: "main".into(), caller: Caller::Phone(from), dialled };
            town.board.route_call(attempt).await.unwrap()
        };
        match dial(luna.phone, hub).await {
            CallPlan::Refuse(refused) => assert_eq!((refused.reason, refused.code.status), (Reason::TagMissing, 485)),
            CallPlan::Bridge(bridging) => panic!("{bridging:?}"),
        }
        assert!(from_hub(&town, luna.phone, hub, 0).await.contains("#1 Guest 2"));
        // To the contact the hub's number calls.
        match dial(guests[1].0.phone, guests[1].1.number).await {
            CallPlan::Bridge(bridging) => assert_eq!((bridging.to.phone, bridging.to.shown), (luna.phone, hub)),
            CallPlan::Refuse(refused) => panic!("{refused:?}"),
        }
    }

    async fn the_desk_takes_a_hubs_number_for_nobody(database: Database) {
        let (town, hub) = with_hub(database, 2, overflowing()).await;
        let desk = town.board.numbers(town.community, None, 10).await.unwrap().remove(1);
        let edit = NumberEdit { desk: Some(true), ..NumberEdit::default() };
        town.board.edit_number(town.community, desk.id, edit).await.unwrap();
        let (luna, guests) = crowd(&town, 3).await;
        let ask = async |text: &str, nth: usize| {
            town.text(luna.phone, desk.number, text).await;
            from_hub(&town, luna.phone, desk.number, nth).await
        };
        let list = ask("LIST", 0).await;
        assert!(list.contains(&format!("Guest 2 {hub} #1")) && list.contains(&format!("Guest 3 {hub} #2")), "{list}");
        ask(&format!("DROP {hub}"), 1).await;
        assert_eq!(town.board.contacts(town.community, luna.id).await.unwrap().len(), guests.len());
    }

    async fn two_nodes_give_no_tag_twice(database: Database) {
        let (town, hub) = with_hub(database, 1, overflowing()).await;
        let (luna, _) = crowd(&town, 1).await;
        let desk = town.person("Help Desk").await;
        let first = town.person("First").await;
        town.befriend(first, desk).await;
        let mut people = Vec::new();
        for n in 0..16 {
            people.push(town.person(&format!("P{n}")).await);
        }
        let (other, _) = Town::open(&town.url, town.clock.clone(), 7);
        let mut adding = tokio::task::JoinSet::new();
        for (n, person) in people.into_iter().enumerate() {
            let board = if n % 2 == 0 { town.board.clone() } else { other.clone() };
            let (community, whom) = (town.community, if n % 4 < 2 { luna.id } else { desk.id });
            adding.spawn(async move { (whom, board.add_contact(community, person.id, whom).await.unwrap().0) });
        }
        let mut given = BTreeSet::new();
        while let Some(done) = adding.join_next().await {
            let (whom, contact) = done.unwrap();
            assert_eq!(contact.mirror_number, hub);
            assert!(given.insert((whom, contact.mirror_tag.unwrap())), "{given:?}");
        }
        assert_eq!(given.len(), 16);
        assert!(given.iter().all(|(_, tag)| *tag <= 8), "{given:?}");
        town.assert_history_agrees();
    }
}
