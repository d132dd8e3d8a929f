//! Which imports go on, which give way, and which stand in the way.

use super::*;
use crate::domain::id::CommunityId;
use crate::switchboard::ImportFormat;

fn order(restart: bool, all_or_nothing: bool, dry_run: bool) -> ImportOrder {
    ImportOrder {
        community: CommunityId::from_i64(1),
        kind: ImportKind::Members,
        format: ImportFormat::Csv,
        region: None,
        all_or_nothing,
        however_long: false,
        dry_run,
        restart,
        name: None,
        source: Arc::new(bytes::Bytes::new()),
    }
}

fn row(id: i64, name: &str, content: &str) -> ImportRow {
    ImportRow {
        community_id: 1,
        id,
        kind: 0,
        together: false,
        dry_run: false,
        name: name.into(),
        content: content.into(),
        size: 100,
        state: imports::RUNNING,
        next_byte: 10,
        next_line: 2,
        added: 1,
        unchanged: 0,
        refused: 0,
        began_at: 0,
        changed_at: 0,
        failure_code: None,
        failure_sentence: None,
    }
}

fn seen(name: Option<&str>) -> Seen {
    Seen {
        name: name.map(str::to_owned),
        content: "new".into(),
        size: 100,
    }
}

/// Which goes on, and which give way; or the word of the refusal.
fn decided(
    order: &ImportOrder,
    name: Option<&str>,
    unfinished: &[ImportRow],
    at_work: &[i64],
) -> std::result::Result<(Option<i64>, Vec<i64>), &'static str> {
    let at_work = at_work.iter().copied().collect();
    let decision = decide(order, &seen(name), unfinished, &at_work).map_err(|error| error.code())?;
    let given_up = decision.given_up.iter().map(|row| row.id).collect();
    Ok((decision.goes_on.map(|row| row.id), given_up))
}

#[test]
fn the_same_file_goes_on_unless_a_restart_is_asked_for() {
    let same = [row(1, "a.csv", "new")];
    assert_eq!(
        decided(&order(false, false, false), None, &same, &[]),
        Ok((Some(1), vec![]))
    );
    assert_eq!(
        decided(&order(true, false, false), None, &same, &[]),
        Ok((None, vec![1]))
    );
    // What was only looked at, or is all or nothing, has nothing to go on from, but where this process is at it.
    let dry = [ImportRow {
        dry_run: true,
        ..row(1, "a.csv", "new")
    }];
    assert_eq!(
        decided(&order(false, false, true), None, &dry, &[]),
        Ok((None, vec![1]))
    );
    assert_eq!(
        decided(&order(false, false, true), None, &dry, &[1]),
        Ok((Some(1), vec![]))
    );
}

#[test]
fn another_file_of_the_name_stands_in_the_way_until_a_restart() {
    let other = [row(1, "a.csv", "old")];
    let by_rows = order(false, false, false);
    assert_eq!(
        decided(&by_rows, Some("a.csv"), &other, &[]),
        Err("import_changed")
    );
    assert_eq!(
        decided(&order(true, false, false), Some("a.csv"), &other, &[]),
        Ok((None, vec![1]))
    );
    for (name, at_work) in [(None, &[][..]), (Some("b.csv"), &[]), (Some("a.csv"), &[1])] {
        assert_eq!(
            decided(&by_rows, name, &other, at_work),
            Ok((None, vec![])),
            "{name:?}"
        );
    }
    // A dry run gives up nothing that may go on.
    assert_eq!(
        decided(&order(true, false, true), Some("a.csv"), &other, &[]),
        Ok((None, vec![]))
    );
    let whole = [ImportRow {
        together: true,
        ..row(1, "a.csv", "old")
    }];
    assert_eq!(decided(&by_rows, Some("a.csv"), &whole, &[]), Ok((None, vec![1])));
}

#[test]
fn a_files_name_is_printable() {
    for name in ["", "a\0.csv", "a\n", &"x".repeat(MAX_NAME_CHARS + 1)] {
        assert_eq!(checked_name(name).unwrap_err().code(), "invalid", "{name:?}");
    }
    assert_eq!(checked_name("members.csv").unwrap(), "members.csv");
}
