//! The desk, which members text to manage their contacts, and the address books that they take to their phones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::history::{ActorWord, Why};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{BookChanges, FindByName, Policy};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::{ContactRef, Expected, MemberEdit, NewBookLink, NewMember, NumberEdit};
use support::exchange::{Person, Town};
use support::{on_both_databases, poll};

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

async fn set_desk(town: &Town, desk: bool) -> E164 {
    let number = town
        .board
        .numbers(town.community, None, 1)
        .await
        .unwrap()
        .remove(0);
    let edit = NumberEdit {
        desk: Some(desk),
        ..NumberEdit::default()
    };
    town.board
        .edit_number(town.community, number.id, edit)
        .await
        .unwrap();
    number.number
}

/// A town whose first number is the desk.
async fn with_desk(database: support::Database, numbers: i64, policy: Policy) -> (Town, E164) {
    let town = Town::found(database, numbers, policy).await;
    let desk = set_desk(&town, true).await;
    (town, desk)
}

async fn listed(town: &Town, name: &str) -> Person {
    let person = town.person(name).await;
    let edit = MemberEdit {
        listed: Some(true),
        ..MemberEdit::default()
    };
    town.board
        .edit_member(town.community, person.id, edit, Expected::any())
        .await
        .unwrap();
    person
}

/// Texts the desk, and returns what it answers.
async fn ask(town: &Town, who: Person, desk: E164, text: &str) -> String {
    let answers = || {
        let inbox = town.carrier.inbox(who.phone).into_iter();
        inbox
            .filter(|(from, _)| *from == desk)
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    };
    let before = answers().len();
    let received = town.text(who.phone, desk, text).await;
    assert_eq!(received.verdict, Verdict::Keyword, "{text}");
    let answer = poll(Duration::from_secs(20), async || answers().get(before).cloned()).await;
    answer.unwrap_or_else(|| panic!("the desk did not answer {text}"))
}

async fn contacts(town: &Town, who: Person) -> Vec<E164> {
    let all = town.board.contacts(town.community, who.id).await.unwrap();
    all.into_iter().map(|contact| contact.number).collect()
}

on_both_databases! {
    async fn a_member_lists_adds_and_drops_contacts_by_text(database: Database) {
        let (town, desk) = with_desk(database, 4, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, listed(&town, "Bob Miller").await);
        assert!(ask(&town, ann, desk, "LIST").await.contains("no contacts yet"));

        let added = ask(&town, ann, desk, "add bob  MILLER").await;
        let contact = town.board.contacts(town.community, ann.id).await.unwrap().remove(0);
        assert!(added.contains("Bob Miller") && added.contains(&contact.number.to_string()), "{added}");
        assert_eq!(contact.contact, bob.id);
        assert_ne!(contact.number, desk);
        // It can be answered at once.
        town.text(ann.phone, contact.number, "hello").await;
        let inbox = town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(inbox, [(contact.mirror_number, "hello".to_owned())]);
        let again = ask(&town, ann, desk, "ADD Bob Miller").await;
        assert!(again.contains("already"), "{again}");
        assert_eq!(ask(&town, ann, desk, "List.").await, format!("Bob Miller {}", contact.number));

        let dropped = ask(&town, ann, desk, "DROP bob miller").await;
        assert!(dropped.contains("Bob Miller"), "{dropped}");
        assert!(contacts(&town, ann).await.is_empty() && contacts(&town, bob).await.is_empty());
        // By whom, and why, is kept.
        let history = town
            .board
            .pair_history(town.community, ann.id, ContactRef::Member(bob.id), None, 10)
            .await
            .unwrap();
        let own = history.iter().map(|(change, _)| change).filter(|change| change.member == ann.id);
        let told: Vec<_> = own.map(|change| (change.why, change.by, change.by_member)).collect();
        let by_ann = |why| (why, ActorWord::Member, Some(ann.id));
        assert_eq!(told, [by_ann(Why::Released), by_ann(Why::ContactAdded)]);
        // No text of theirs went to anybody.
        for (_, text) in town.carrier.inbox(bob.phone) {
            assert_eq!(text, "hello");
        }
        for person in [ann, bob] {
            for (_, text) in town.carrier.inbox(person.phone) {
                assert!(!text.contains(&bob.phone.to_string()) && !text.contains(&ann.phone.to_string()), "{text}");
            }
        }
    }

    async fn nobody_is_found_by_name_who_did_not_agree(database: Database) {
        let (town, desk) = with_desk(database, 4, Policy::default()).await;
        let (ann, _hidden) = (town.person("Ann").await, town.person("Hid Den").await);
        let unlisted = ask(&town, ann, desk, "ADD Hid Den").await;
        let unknown = ask(&town, ann, desk, "ADD No Body").await;
        // Whether there is such a member does not show.
        assert_eq!(unlisted.replace("Hid Den", "X"), unknown.replace("No Body", "X"));
        // Nor does a part of a name, or oneself, find anybody.
        listed(&town, "Christopher").await;
        for said in ["ADD Chris", "ADD c", "ADD Ann", "ADD %", "ADD _"] {
            assert!(ask(&town, ann, desk, said).await.starts_with("Nobody"), "{said}");
            town.clock.advance_s(60);
        }
        assert!(contacts(&town, ann).await.is_empty());
        // Nor does a guest find anybody.
        let new = NewMember {
            name: "Guest".into(),
            phone: Some("+14155557777".parse().unwrap()),
            guest: true,
            listed: false,
        };
        let phone = new.phone.unwrap();
        let id = town.board.create_member(town.community, new).await.unwrap().id;
        assert!(ask(&town, Person { id, phone }, desk, "ADD Christopher").await.starts_with("Nobody"));
        let everyone = |find| serde_json::json!({ "find_by_name": find }).as_object().unwrap().clone();
        let patch = everyone(FindByName::Everyone);
        town.board.patch_community(town.community, None, patch).await.unwrap();
        assert!(ask(&town, ann, desk, "ADD hid den").await.starts_with("Hid Den is"));
        let patch = everyone(FindByName::Nobody);
        town.board.patch_community(town.community, None, patch).await.unwrap();
        assert!(ask(&town, ann, desk, "ADD Christopher").await.starts_with("Nobody"));
    }

    async fn a_name_that_may_mean_several_gets_a_menu_and_never_a_guess(database: Database) {
        let (town, desk) = with_desk(database, 6, Policy::default()).await;
        let ann = town.person("Ann").await;
        let (miller, ford) = (listed(&town, "Bob Miller").await, listed(&town, "Bob Ford").await);
        // A bare number means nothing before there is a menu.
        let help = ask(&town, ann, desk, "1").await;
        assert!(help.contains("LIST") && help.contains("STOP"), "{help}");
        let menu = ask(&town, ann, desk, "ADD bob").await;
        assert!(contacts(&town, ann).await.is_empty(), "{menu}");
        let lines: Vec<&str> = menu.lines().skip(1).collect();
        assert_eq!(lines, ["1 Bob Ford", "2 Bob Miller"]);
        assert!(ask(&town, ann, desk, "7").await.contains("1 to 2"));
        assert!(ask(&town, ann, desk, "2").await.starts_with("Bob Miller is"));
        let all = town.board.contacts(town.community, ann.id).await.unwrap();
        assert_eq!(all.iter().map(|c| c.contact).collect::<Vec<_>>(), [miller.id]);

        // One who is meant by the first word alone is asked about too.
        assert!(ask(&town, ann, desk, "DROP bob").await.contains("1 Bob Miller"));
        assert!(!contacts(&town, ann).await.is_empty());
        // The menu lapses, and what it was about is not done later.
        town.clock.advance_s(3_700);
        ask(&town, ann, desk, "1").await;
        assert!(!contacts(&town, ann).await.is_empty());

        // Two of one name are told apart, not by what is private.
        let same = [listed(&town, "Kim").await, listed(&town, "Kim").await];
        let menu = ask(&town, ann, desk, "ADD Kim").await;
        assert!(menu.contains("1 Kim (here since ") && menu.contains("2 Kim ("), "{menu}");
        ask(&town, ann, desk, "2").await;
        let all = town.board.contacts(town.community, ann.id).await.unwrap();
        assert!(all.iter().any(|c| c.contact == same[1].id) && all.iter().all(|c| c.contact != same[0].id));
        // Who is listed no more cannot be picked from a menu of before.
        ask(&town, ann, desk, "ADD bob").await;
        let edit = MemberEdit { listed: Some(false), ..MemberEdit::default() };
        town.board.edit_member(town.community, ford.id, edit, Expected::any()).await.unwrap();
        assert!(ask(&town, ann, desk, "1").await.contains("any more"));
        // By the number that stands for somebody there is nothing to guess.
        let number = all.iter().find(|c| c.contact == miller.id).unwrap().number;
        assert!(ask(&town, ann, desk, &format!("DROP {number}")).await.starts_with("Bob Miller"));
    }

    async fn a_long_list_comes_in_pages(database: Database) {
        let (town, desk) = with_desk(database, 41, Policy::default()).await;
        let ann = town.person("Ann").await;
        for n in 0..40 {
            let other = town.person(&format!("Contact number {n:02}")).await;
            town.befriend(ann, other).await;
        }
        let mut seen = Vec::new();
        let mut page = ask(&town, ann, desk, "LIST").await;
        loop {
            assert!(page.chars().count() <= 460, "{page}");
            seen.extend(page.lines().filter(|l| l.starts_with("Contact")).map(str::to_owned));
            if !page.contains("MORE") {
                break;
            }
            page = ask(&town, ann, desk, "more").await;
        }
        assert_eq!(seen.len(), 40);
        assert!(seen.is_sorted());
    }

    async fn the_desk_is_nobodys_contact_and_no_strangers(database: Database) {
        let policy = Policy { received_cap_percent: 100, ..Policy::default() };
        let (town, desk) = with_desk(database, 3, policy).await;
        let (ann, bob, cy) = (town.person("Ann").await, town.person("Bob").await, town.person("Cy").await);
        for (one, other) in [(ann, bob), (ann, cy), (bob, cy)] {
            let made = town.befriend(one, other).await;
            assert!(made.number != desk && made.mirror_number != desk);
        }
        let full = town.person("Di").await;
        assert!(town.board.add_contact(town.community, ann.id, full.id).await.is_err(), "two numbers are left");
        // Who is nobody here gets what strangers get, and learns no command.
        let stranger: E164 = "+14155559999".parse().unwrap();
        for text in ["LIST", "ADD Bob"] {
            let received = town.text(stranger, desk, text).await;
            assert_eq!(received.verdict, refused(Reason::UnknownSender));
        }
        let inbox = town.carrier.wait_for(stranger, 1).await;
        assert_eq!(inbox, [(desk, Policy::default().stranger_notice)]);
        // It is said beforehand what would become of a text.
        let told = town.board.resolve(Some(town.community), ann.phone, desk).await.unwrap();
        assert_eq!(told.outcome, "desk");
        let told = town.board.resolve(Some(town.community), stranger, desk).await.unwrap();
        assert_eq!((told.outcome, told.reason), ("refuse", Some(Reason::UnknownSender)));
        // A number that stands for somebody cannot be the desk; nor can there be two.
        let numbers = town.board.numbers(town.community, None, 10).await.unwrap();
        let used = numbers.iter().find(|n| !n.desk).unwrap().id;
        let edit = NumberEdit { desk: Some(true), ..NumberEdit::default() };
        let two = town.board.edit_number(town.community, used, edit.clone()).await.unwrap_err();
        assert_eq!(two.code(), "desk_taken");
        set_desk(&town, false).await;
        let used = town.board.edit_number(town.community, used, edit).await.unwrap_err();
        assert_eq!(used.code(), "number_in_use");
    }

    async fn stop_start_and_help_work_at_the_desk(database: Database) {
        let (town, desk) = with_desk(database, 3, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, listed(&town, "Bob").await);
        let help = ask(&town, ann, desk, "HELP").await;
        assert!(help.contains("LIST") && help.contains("ADD") && help.contains("STOP"), "{help}");
        assert_eq!(ask(&town, ann, desk, "STOP").await, Policy::default().stop_reply);
        // Nothing more comes from it, and nothing is done.
        for text in ["LIST", "ADD Bob", "hello"] {
            assert_eq!(town.text(ann.phone, desk, text).await.verdict, refused(Reason::SenderOptedOut));
        }
        assert!(contacts(&town, ann).await.is_empty());
        let told = town.board.resolve(Some(town.community), ann.phone, desk).await.unwrap();
        assert_eq!(told.reason, Some(Reason::SenderOptedOut));
        assert_eq!(ask(&town, ann, desk, "START").await, Policy::default().start_reply);
        assert!(ask(&town, ann, desk, "ADD Bob").await.starts_with("Bob is"));
        let _ = bob;
    }

    async fn words_are_the_communitys_own(database: Database) {
        let policy = Policy {
            desk_list_word: "LISTE".into(),
            desk_add_word: "PLUS".into(),
            desk_drop_word: "WEG".into(),
            desk_help_word: "HILFE".into(),
            ..Policy::default()
        };
        let (town, desk) = with_desk(database, 3, policy).await;
        let (ann, _bob) = (town.person("Ann").await, listed(&town, "Bob").await);
        assert!(ask(&town, ann, desk, "plus bob").await.starts_with("Bob is"));
        assert!(ask(&town, ann, desk, "Liste").await.starts_with("Bob +"));
        assert!(ask(&town, ann, desk, "hilfe").await.contains("WEG"));
        assert!(ask(&town, ann, desk, "weg bob").await.starts_with("Bob is no"));
    }

    async fn who_must_accept_is_asked_and_nobodys_table_is_filled(database: Database) {
        let policy = Policy { acceptance_required: true, received_cap_percent: 1, ..Policy::default() };
        let (town, desk) = with_desk(database, 5, policy.clone()).await;
        let (ann, cy, bob) = (town.person("Ann").await, town.person("Cy").await, listed(&town, "Bob").await);
        assert!(ask(&town, ann, desk, "ADD Bob").await.starts_with("Bob was asked"));
        let asked = town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(asked[0].1, policy.accept_request);
        assert!(ask(&town, ann, desk, "LIST").await.contains("has not accepted yet"));
        // Whoever waits for Bob has no name yet on his phone.
        assert!(ask(&town, bob, desk, "LIST").await.contains("no contacts yet"));
        // One received contact is the cap: the next is refused, and not told why.
        assert_eq!(ask(&town, cy, desk, "ADD Bob").await, "Bob cannot be added now.");
        town.text(bob.phone, asked[0].0, "YES").await;
        assert!(ask(&town, bob, desk, "LIST").await.starts_with("Ann +"));
    }

    async fn who_must_accept_is_asked_once_however_often_they_are_added_and_dropped(database: Database) {
        let policy = Policy { acceptance_required: true, ..Policy::default() };
        let (town, desk) = with_desk(database, 5, policy.clone()).await;
        let (ann, bob) = (town.person("Ann").await, listed(&town, "Bob").await);
        for _ in 0..3 {
            assert!(ask(&town, ann, desk, "ADD Bob").await.starts_with("Bob was asked"));
            assert!(ask(&town, ann, desk, "DROP Bob").await.starts_with("Bob is no"));
            town.clock.advance_s(60);
        }
        assert!(ask(&town, ann, desk, "ADD Bob").await.starts_with("Bob was asked"));
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let asked = town.carrier.inbox(bob.phone);
        assert_eq!(asked.len(), 1, "{asked:?}");
        // What he was asked then, he can still answer.
        town.text(bob.phone, asked[0].0, "YES").await;
        assert!(ask(&town, bob, desk, "LIST").await.starts_with("Ann +"));
    }

    async fn a_late_reply_on_what_became_the_desk_or_was_it_reaches_nobody(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, listed(&town, "Bob").await);
        let made = town.befriend(ann, bob).await;
        town.board
            .release_contact(town.community, ann.id, ContactRef::Member(bob.id))
            .await
            .unwrap();
        let desk = set_desk(&town, true).await;
        assert_eq!(desk, made.number);
        // It is meant for Bob.
        let late = town.text(ann.phone, desk, "see you at five").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        town.carrier.wait_for(ann.phone, 1).await;
        // And this is meant for the desk.
        assert!(ask(&town, ann, desk, "LIST").await.contains("no contacts yet"));
        // Once it is the desk no more, it is nobody else on the phones that knew it.
        set_desk(&town, false).await;
        let cy = town.person("Cy").await;
        assert!(town.board.add_contact(town.community, ann.id, cy.id).await.is_err());
        let late = town.text(ann.phone, desk, "DROP Bob").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        town.clock.advance_s(31 * 24 * 3600);
        town.board.add_contact(town.community, ann.id, cy.id).await.unwrap();
    }

    async fn a_phone_that_texts_too_often_is_refused_and_the_same_text_is_taken_once(database: Database) {
        let policy = Policy { desk_texts_per_minute: 3, ..Policy::default() };
        let (town, desk) = with_desk(database, 3, policy).await;
        let (ann, _bob) = (town.person("Ann").await, listed(&town, "Bob").await);
        let add = async || {
            town.text_with(ann.phone, desk, "ADD Bob", |text| text.carrier_ref = Some("one".into())).await
        };
        let (first, second) = (add().await, add().await);
        assert_eq!((first.verdict, second.verdict), (Verdict::Keyword, Verdict::Duplicate));
        assert_eq!(first.message, second.message);
        let message = town.board.message(town.community, first.message).await.unwrap();
        assert_eq!((message.status, message.from), (Status::Delivered, Some(ann.id)));
        for _ in 0..2 {
            ask(&town, ann, desk, "LIST").await;
        }
        let last = town.text(ann.phone, desk, "DROP Bob").await;
        assert_eq!(last.verdict, refused(Reason::TooOften));
        assert_eq!(contacts(&town, ann).await.len(), 1);
        town.clock.advance_s(61);
        ask(&town, ann, desk, "DROP Bob").await;
        assert!(contacts(&town, ann).await.is_empty());
    }

    async fn an_address_book_says_what_has_changed_since_it_was_taken(database: Database) {
        let policy = Policy { book_changes: BookChanges::Text, ..Policy::default() };
        let (town, desk) = with_desk(database, 6, policy.clone()).await;
        let (ann, bob, cy) = (town.person("Ann").await, town.person("Bob").await, town.person("Cy").await);
        let first = town.befriend(ann, bob).await;
        let new = NewBookLink { member: ann.id, expires_in_s: Some(3_600) };
        let (link, token) = town.board.create_book_link(town.community, new, [5; 32]).await.unwrap();
        let open = async || town.board.open_book(town.community, &token).await.unwrap();
        let take = async || town.board.take_book(town.community, &token).await.unwrap();

        let book = open().await.unwrap();
        assert!(book.since.is_none() && book.member == ann.id);
        assert_eq!((book.cards.len(), book.cards[0].number), (1, first.number));
        // Looking takes nothing; nobody is told before it was taken.
        town.befriend(ann, cy).await;
        assert!(open().await.unwrap().since.is_none());
        let taken = take().await.unwrap();
        assert!(open().await.unwrap().since.unwrap().1.is_none());

        // A new name, a contact who goes, one who comes: told once until it is taken again.
        let edit = MemberEdit { name: Some("Cy C.".into()), ..MemberEdit::default() };
        town.board.edit_member(town.community, cy.id, edit, Expected::any()).await.unwrap();
        let inbox = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(inbox, [(desk, policy.book_changed_notice.clone())]);
        let di = town.person("Di").await;
        town.befriend(di, ann).await;
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let book = open().await.unwrap();
        let changes = book.since.unwrap().1;
        assert_eq!((changes.added, changes.changed, changes.gone), (vec![di.id], vec![cy.id], vec![bob.id]));
        assert_eq!(book.gone, ["Bob"]);
        assert_ne!(book.tag, taken.tag);
        let cards: Vec<_> = book.cards.iter().map(|card| card.name.as_str()).collect();
        assert_eq!(cards, ["Cy C.", "Di"]);
        take().await.unwrap();
        town.befriend(ann, bob).await;
        let inbox = town.carrier.wait_for(ann.phone, 2).await;
        assert_eq!(inbox.len(), 2);
        // What a member has changed by text they need not be told.
        take().await.unwrap();
        ask(&town, ann, desk, "DROP Di").await;
        assert_eq!(town.carrier.inbox(ann.phone).len(), 3);

        // It ends by itself, and at once where somebody says so.
        let (other, second) = town.board.create_book_link(town.community, new, [6; 32]).await.unwrap();
        town.board.revoke_book_link(town.community, ann.id, other.id).await.unwrap();
        assert!(town.board.open_book(town.community, &second).await.unwrap().is_none());
        assert!(open().await.is_some());
        town.clock.advance_s(3_601);
        assert!(open().await.is_none() && take().await.is_none());
        let links = town.board.book_links(town.community, ann.id, None, 10).await.unwrap();
        assert_eq!(links.iter().map(|l| l.id).collect::<Vec<_>>(), [link.id, other.id]);
        // The token itself is kept nowhere, and opens no other community's book.
        let elsewhere = town.board.create_community("Else".into(), Policy::default()).await.unwrap().id;
        assert!(town.board.open_book(elsewhere, &token).await.unwrap().is_none());
        town.board.delete_member(town.community, ann.id).await.unwrap();
    }
}
