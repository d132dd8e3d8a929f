use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::domain::id::MemberId;

fn said(text: &str) -> (Option<u16>, &str) {
    let said = read(text);
    (said.tag, said.text)
}

#[test]
fn a_tag_is_understood_however_it_is_written() {
    for text in [
        "#7 yes",
        "# 7 yes",
        "#7: yes",
        "#07 yes",
        "＃７ yes",
        "＃７： yes",
        "  #7\nyes ",
        "#7) yes",
        "#7- yes",
        "#7. yes",
    ] {
        assert_eq!(said(text), (Some(7), "yes"), "{text}");
    }
    assert_eq!(said("#7"), (Some(7), ""));
    assert_eq!(said("#7👍"), (Some(7), "👍"));
    assert_eq!(said("#7 #8 called"), (Some(7), "#8 called"));
    assert_eq!(said("#7 STOP"), (Some(7), "STOP"));
    assert_eq!(said("stop #7"), (Some(7), "stop"));
    assert_eq!(said("STOP ALL #7."), (Some(7), "STOP ALL"));
}

#[test]
fn what_is_no_tag_at_the_very_beginning_is_none() {
    for text in [
        "",
        "yes",
        "7 yes",
        "#",
        "# yes",
        "#yes",
        "#7up",
        "#1fan",
        "#7.5 please",
        "#7-8",
        "#7#8 yes",
        "Ann #7: yes",
        "I'll take #7",
        "yes to #7",
        "“#7” yes",
    ] {
        assert_eq!(said(text), (None, text), "{text}");
    }
}

#[test]
fn a_tag_that_nobody_can_have_is_still_one() {
    assert_eq!(said("#0 yes"), (Some(0), "yes"));
    assert_eq!(said("#99999999999 yes").0, Some(u16::MAX));
}

#[test]
fn a_label_is_short_and_never_a_telephone_number() {
    assert_eq!(label("Ann Lee", 7), "Ann Lee #7: ");
    assert_eq!(label("  Ann\n #9: Lee ", 7), "Ann 9 Lee #7: ");
    assert_eq!(label("", 7), "#7: ");
    assert_eq!(label("+1 415 555 0101", 7), "#7: ");
    assert_eq!(label("Ann 4155550101", 7), "#7: ");
    assert_eq!(label(&"x".repeat(99), 7).chars().count(), MAX_NAME_CHARS + 5);
}

#[test]
fn a_menu_shows_ten_and_how_to_go_on() {
    let people: Vec<(u16, String)> = (1..=21).map(|n| (n, format!("P{n}x"))).collect();
    let first = menu("Say whom:", &people, 1);
    assert!(
        first.starts_with("Say whom:\n#1 P1x\n#2 P2x\n") && first.ends_with("\n#10 P10x\nMENU 2 shows more.")
    );
    assert!(menu("Say whom:", &people, 2).contains("MENU 3"));
    assert_eq!(menu("Say whom:", &people, 3), "Say whom:\n#21 P21x");
    assert_eq!(menu("Say whom:", &people, 99), "Say whom:\n#21 P21x");
    assert_eq!(menu_page("menu 2"), Some(2));
    assert_eq!(
        (menu_page("Menu!"), menu_page("MORE"), menu_page("menu please")),
        (Some(1), Some(2), None)
    );
    assert_eq!(menu_page("menu 0"), None);
}

#[test]
fn apps_are_told_at_the_mark_and_again_only_after_it_was_well_below() {
    assert_eq!(warning(10, (7, 8), 80), Warning::Tell);
    assert_eq!(warning(10, (9, 10), 80), Warning::Tell);
    assert_eq!(warning(10, (6, 7), 80), Warning::Forget);
    assert_eq!(warning(10, (2, 3), 80), Warning::None);
    assert_eq!(warning(10, (9, 10), 0), Warning::None);
    assert_eq!(warning(0, (0, 0), 80), Warning::None);
}

fn number(id: i64) -> NumberId {
    NumberId::from_i64(id)
}

proptest! {
    #[test]
    fn reading_is_total_and_invents_nothing(text in "\\PC{0,40}") {
        let said = read(&text);
        prop_assert!(text.contains(said.text));
        prop_assert!(said.tag.is_some() || said.text == text);
        let _ = menu_page(&text);
    }

    #[test]
    fn every_tag_is_read_back(tag in 1..=MAX_TAG, text in "[a-z]{1,9}( [a-z]{1,9}){0,3}", space in " {0,3}") {
        let written = format!("{space}#{tag} {text}");
        prop_assert_eq!(said(&written), (Some(tag), text.as_str()));
    }

    #[test]
    fn what_a_label_begins_is_no_tag_unless_there_is_no_name(name in "\\PC{0,40}", tag in 1..=MAX_TAG) {
        let label = label(&name, tag);
        let tagged = read(&label).tag;
        let bare = format!("#{tag}: ");
        prop_assert!(tagged.is_none() || (tagged == Some(tag) && label == bare), "{}", label);
        prop_assert!(label.ends_with(&bare));
        prop_assert!(label.chars().count() <= MAX_NAME_CHARS + 8);
    }

    #[test]
    fn a_seat_is_free_and_the_lowest_and_a_pairs_own_comes_first(
        tags in proptest::collection::btree_set(1..30_u16, 0..20),
        used in proptest::collection::hash_set(1..30_i64, 0..15),
        others in proptest::collection::hash_set(1..30_i64, 0..15),
        own in proptest::option::of(1..30_i64),
        most in 1..40_u16,
    ) {
        // A line's id is its tag here, the hub's is 1000.
        let lines: Vec<Line> = tags.iter().map(|tag| Line { id: number(i64::from(*tag)), tag: *tag }).collect();
        let side = Side {
            used: used.iter().map(|id| number(*id)).collect::<HashSet<_>>(),
            remembered_for_others: others.iter().map(|id| number(*id)).collect(),
            remembered: own.map(number),
            ..Side::empty(MemberId::from_i64(1))
        };
        let is_free = |tag: u16| !tags.contains(&tag) || !used.contains(&i64::from(tag));
        let tag = match seat(number(1000), &lines, &side, most) {
            Some(Seat::Line(id)) => {
                prop_assert!(tags.contains(&(id.as_i64() as u16)));
                Some(id.as_i64() as u16)
            }
            Some(Seat::New(tag)) => {
                prop_assert!(!tags.contains(&tag));
                Some(tag)
            }
            None => None,
        };
        let own = own.map(|id| id as u16).filter(|own| tags.contains(own) && is_free(*own));
        match (tag, own) {
            (tag, Some(own)) => prop_assert_eq!(tag, Some(own)),
            (Some(tag), None) => {
                prop_assert!(is_free(tag) && tag <= most);
                let better = |t: &u16| is_free(*t) && !(tags.contains(t) && others.contains(&i64::from(*t)));
                let best = (1..=most).find(better).or_else(|| (1..=most).find(|t| is_free(*t)));
                prop_assert_eq!(Some(tag), best);
            }
            (None, None) => prop_assert!((1..=most).all(|tag| !is_free(tag))),
        }
    }

    #[test]
    fn a_phone_that_stopped_the_hub_gets_no_seat_on_it(most in 1..40_u16) {
        let side = Side { stopped: [number(1000)].into(), ..Side::empty(MemberId::from_i64(1)) };
        prop_assert_eq!(seat(number(1000), &[], &side, most), None);
    }
}
