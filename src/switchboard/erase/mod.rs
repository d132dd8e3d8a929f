//! The erasure of one person's data. First the member is removed as ever, and what is to be looked for is noted in the
//! same transaction; then every table is gone through (`store::erasure::tables`), some rows in a transaction; at last
//! the files are written anew, so that nothing is left where rows were. One that is broken off goes on by itself.

mod marks;
mod search;

use serde::Serialize;

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, communities, members, phone_hashes};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::{E164, person_name};
use crate::store::erasure::{self, ErasureRow, Subject, compact, tables};
use crate::store::{Conn, StoreError, devices, former_names, members as member_rows, numbers};

/// What an erasure has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// Rows that were removed, or from which something was.
    #[schema(minimum = 0, example = 128)]
    pub rows: usize,
    /// The database's files were written anew. False where readers kept SQLite's log from ending: it ends when the
    /// broker stops, at the latest.
    #[schema(example = true)]
    pub compacted: bool,
    /// Texts of others that hold a number of theirs and still wait to be sent. They lose their text when they are over;
    /// the erasure goes on by itself until then, and the files are written anew at its end.
    #[schema(minimum = 0, example = 0)]
    pub waiting: usize,
}

/// The person that a note is about; none where only the files are to be written anew.
fn subject_of(conn: &mut Conn, row: &ErasureRow) -> Result<Option<Subject>> {
    if row.names.is_empty() && row.phones.is_empty() {
        return Ok(None);
    }
    let corrupt = || StoreError::Corrupt("erasures");
    let (community, member) = (
        CommunityId::from_i64(row.community_id),
        MemberId::from_i64(row.member_id),
    );
    Ok(Some(Subject {
        community,
        member,
        phones: phones_of(row)?,
        names: serde_json::from_str(&row.names).map_err(|_| corrupt())?,
        selves: selves(conn, community, member)?,
    }))
}

fn phones_of(row: &ErasureRow) -> Result<Vec<i64>> {
    match row.phones.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(serde_json::from_str(&row.phones).map_err(|_| StoreError::Corrupt("erasures"))?),
    }
}

/// A member's id, and those of whoever became one with them.
fn selves(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Vec<i64>> {
    let mut selves = vec![member.as_i64()];
    let former = former_names::of_member(conn, community, member)?;
    selves.extend(former.into_iter().map(|row| row.was_id));
    selves.sort_unstable();
    selves.dedup();
    Ok(selves)
}

/// Those of these phones whose former owners' data are being erased: what is found by the number goes, whoever has it.
pub(crate) fn going(conn: &mut Conn, community: CommunityId, phones: &[E164]) -> Result<Vec<E164>> {
    let mut found = Vec::new();
    for row in erasure::of_community(conn, community)? {
        let going = phones_of(&row)?;
        found.extend(phones.iter().filter(|phone| going.contains(&phone.as_i64())));
    }
    Ok(found)
}

/// Whether a phone may become somebody's. Its number must be held.
pub(crate) fn check_phone(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<()> {
    match going(conn, community, &[phone])?.is_empty() {
        true => Ok(()),
        false => Err(SwitchboardError::conflict(
            "erasure_under_way",
            format!(
                "what is held of a former owner of {phone} is being erased; come again when that is done"
            ),
        )),
    }
}

/// Everything by which a member's data are found.
fn subject(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Subject> {
    let mut names: Vec<String> = member_rows::get(conn, community, member)?
        .into_iter()
        .map(|row| row.name)
        .collect();
    let former = former_names::of_member(conn, community, member)?;
    names.extend(former.into_iter().map(|row| row.name));
    names.dedup();
    let selves = selves(conn, community, member)?;
    let ids: Vec<String> = selves.iter().map(i64::to_string).collect();
    let ids = ids.join(", ");
    let (c, m) = (community.as_i64(), member.as_i64());
    let mut phones = Vec::new();
    for sql in [
        format!("SELECT phone AS key FROM devices WHERE community_id = {c} AND member_id = {m}"),
        format!(
            "SELECT DISTINCT phone AS key FROM device_history WHERE community_id = {c} AND member_id IN ({ids}) \
             AND phone > 0"
        ),
        format!(
            "SELECT DISTINCT from_phone AS key FROM messages WHERE community_id = {c} AND from_member = {m} \
             AND from_phone IS NOT NULL"
        ),
        format!(
            "SELECT DISTINCT from_phone AS key FROM calls WHERE community_id = {c} AND from_member = {m} \
             AND from_phone IS NOT NULL"
        ),
    ] {
        phones.extend(erasure::keys(conn, &sql)?);
    }
    phones.sort_unstable();
    phones.dedup();
    // A phone that is another member's now is no longer this one's.
    let others = devices::owners(conn, community, &phones)?;
    phones.retain(|phone| {
        !others
            .iter()
            .any(|(theirs, whose)| theirs == phone && *whose != m)
    });
    Ok(Subject {
        community,
        member,
        phones,
        names,
        selves,
    })
}

/// Refuses while something goes on that would write of the person again.
fn check_quiet(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<()> {
    let (c, m) = (community.as_i64(), member.as_i64());
    let calls = format!(
        "SELECT id AS key FROM calls WHERE state < 2 AND community_id = {c} AND (from_member = {m} OR to_member = {m}) \
         LIMIT 1"
    );
    if !erasure::keys(conn, &calls)?.is_empty() {
        return Err(SwitchboardError::conflict(
            "call_under_way",
            format!("a call of {member} goes on; wait for its end, or hang it up"),
        ));
    }
    let imports = format!("SELECT id AS key FROM imports WHERE community_id = {c} AND state = 0 LIMIT 1");
    if !erasure::keys(conn, &imports)?.is_empty() {
        return Err(SwitchboardError::conflict(
            "import_under_way",
            "an import into this community goes on or was broken off, and may name them; wait for its end, or finish it",
        ));
    }
    Ok(())
}

/// Who is to be erased, and whether they are there still. One who was removed is known by what is left of them.
fn look_up(conn: &mut Conn, (community, member): (CommunityId, MemberId), confirm: &str) -> Result<bool> {
    let unconfirmed = |what: &str| {
        SwitchboardError::invalid(
            "confirm",
            format!("`confirm` must be {what}, so that nobody is erased by a slip; look at the member first"),
        )
    };
    if let Some(row) = member_rows::get(conn, community, member)? {
        return match person_name::key(&row.name) == person_name::key(confirm) {
            true => Ok(true),
            false => Err(unconfirmed(&format!("the name of {member}"))),
        };
    }
    if let Some(now) = former_names::became(conn, community, member)? {
        return Err(SwitchboardError::conflict(
            "merged",
            format!("{member} became one with {now}; erase that member"),
        ));
    }
    let (c, m) = (community.as_i64(), member.as_i64());
    let mut left = !former_names::of_member(conn, community, member)?.is_empty();
    for rest in [
        format!("device_history WHERE community_id = {c} AND member_id = {m}"),
        format!("messages WHERE community_id = {c} AND from_member = {m} AND body_gone <> 2"),
        format!("messages WHERE community_id = {c} AND to_member = {m} AND body_gone <> 2"),
    ] {
        left = left
            || !erasure::keys(conn, &format!("SELECT community_id AS key FROM {rest} LIMIT 1"))?.is_empty();
    }
    match left {
        false => Err(SwitchboardError::not_found("member", member)),
        true if confirm.trim() == member.to_string() => Ok(false),
        true => Err(unconfirmed(&format!(
            "{member} itself: they were removed, and nobody is called anything any more"
        ))),
    }
}

/// Removes the member, where they are there still, and notes what is to be looked for.
fn begin(
    conn: &mut Conn,
    ctx: &Context,
    (community, member): (CommunityId, MemberId),
    confirm: &str,
    fresh: &[u8],
) -> Result<Subject> {
    let policy = communities::require(conn, community)?.policy;
    if let Some(before) = erasure::get(conn, community, member)?
        && let Some(subject) = subject_of(conn, &before)?
    {
        return Ok(subject);
    }
    // Nobody gets one of the phones while it is noted; numbers are held before members are locked.
    let phones = subject(conn, community, member)?.phones;
    numbers::hold_all(conn, phones.into_iter().filter_map(E164::from_i64))?;
    member_rows::lock(conn, community, &[member])?;
    let is_there = look_up(conn, (community, member), confirm)?;
    check_quiet(conn, community, member)?;
    let subject = subject(conn, community, member)?;
    let corrupt = |_| StoreError::Corrupt("erasures");
    let note = ErasureRow {
        community_id: community.as_i64(),
        member_id: member.as_i64(),
        names: serde_json::to_string(&subject.names).map_err(corrupt)?,
        phones: serde_json::to_string(&subject.phones).map_err(corrupt)?,
        began_at: ctx.now.0,
    };
    erasure::put(conn, &note)?;
    if is_there {
        members::remove(conn, ctx, &policy, community, member)?;
    }
    phone_hashes::make_key(conn, ctx.now.0, fresh)?;
    put_phones_away(conn, &subject)?;
    Ok(subject)
}

fn put_phones_away(conn: &mut Conn, subject: &Subject) -> Result<usize> {
    let mut rows = 0;
    for phone in subject.phones.iter().copied().filter_map(E164::from_i64) {
        rows += phone_hashes::put_away(conn, subject.community, phone)?;
    }
    Ok(rows)
}

impl Switchboard {
    /// Erases a member's data; `confirm` is their name, or the id of one who was removed. `random` becomes the key of hashed phones where there is none.
    pub async fn erase_member(
        &self,
        community: CommunityId,
        member: MemberId,
        confirm: String,
        random: [u8; 32],
    ) -> Result<Erased> {
        let subject = self
            .write(move |conn, ctx| begin(conn, ctx, (community, member), &confirm, &random))
            .await?;
        self.doubt_outbox();
        self.carry_through(subject).await
    }

    /// Goes on with erasures that were broken off.
    pub(super) async fn resume_erasures(&self) -> Result<()> {
        if self.inner.erasing.available_permits() == 0 {
            return Ok(());
        }
        let left = self.read(|conn| Ok(erasure::all(conn)?)).await?;
        for row in left {
            let member = MemberId::from_i64(row.member_id);
            tracing::info!(%member, "an erasure that was broken off goes on");
            let subject = self
                .read({
                    let row = row.clone();
                    move |conn| subject_of(conn, &row)
                })
                .await?;
            match subject {
                Some(subject) => drop(self.carry_through(subject).await?),
                None => {
                    let community = CommunityId::from_i64(row.community_id);
                    self.finish(community, member).await?;
                }
            }
        }
        Ok(())
    }

    async fn carry_through(&self, subject: Subject) -> Result<Erased> {
        let _one = self
            .inner
            .erasing
            .acquire()
            .await
            .map_err(|_| StoreError::Closed)?;
        let mut rows = 0;
        for (_, sql) in tables::statements(&subject) {
            loop {
                let sql = sql.clone();
                let changed = self
                    .write_grouped(move |conn, _| Ok(erasure::run(conn, &sql)?))
                    .await?;
                rows += changed;
                if changed == 0 {
                    break;
                }
            }
        }
        let searched = self.search(&subject).await?;
        rows += searched.rows;
        if searched.waiting > 0 {
            return Ok(Erased {
                rows,
                compacted: false,
                waiting: searched.waiting,
            });
        }
        let (community, member) = (subject.community, subject.member);
        // From here on nothing names the person but what the files hold where rows were.
        self.write(move |conn, ctx| {
            // The phone may have sent a keyword meanwhile, which stays in force.
            put_phones_away(conn, &subject)?;
            former_names::forget(conn, community, member)?;
            let note = ErasureRow {
                community_id: community.as_i64(),
                member_id: member.as_i64(),
                names: String::new(),
                phones: String::new(),
                began_at: ctx.now.0,
            };
            erasure::put(conn, &note)?;
            ctx.events.member_erased(community, member)
        })
        .await?;
        let compacted = self.finish(community, member).await?;
        Ok(Erased {
            rows,
            compacted,
            waiting: 0,
        })
    }

    /// Writes the files anew; the erasure is over then.
    async fn finish(&self, community: CommunityId, member: MemberId) -> Result<bool> {
        let db = self.db().clone();
        let compacted = tokio::task::spawn_blocking(move || compact::compact(&db)).await;
        let compacted = compacted.unwrap_or(Err(StoreError::Closed))?;
        if compacted {
            self.write(move |conn, _| Ok(erasure::delete(conn, community, member)?))
                .await?;
        }
        Ok(compacted)
    }
}
