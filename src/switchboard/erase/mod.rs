//! The erasure of one person's data. First the member is removed as ever, and what is to be looked for is noted in the
//! same transaction; then every table is gone through (`store::erasure::tables`), some rows in a transaction; at last
//! the files are written anew, so that nothing is left where rows were. One that is broken off goes on by itself.

mod search;

use serde::Serialize;

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, communities, members, phone_hashes};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::{E164, person_name};
use crate::store::erasure::{self, ErasureRow, Subject, compact, tables};
use crate::store::{Conn, StoreError, devices, member_references, members as member_rows};

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
}

/// The person that a note is about; none where only the files are to be written anew.
fn subject_of(row: &ErasureRow) -> Result<Option<Subject>> {
    if row.names.is_empty() && row.phones.is_empty() {
        return Ok(None);
    }
    let corrupt = || StoreError::Corrupt("erasures");
    Ok(Some(Subject {
        community: CommunityId::from_i64(row.community_id),
        member: MemberId::from_i64(row.member_id),
        phones: serde_json::from_str(&row.phones).map_err(|_| corrupt())?,
        names: serde_json::from_str(&row.names).map_err(|_| corrupt())?,
    }))
}

/// Everything by which a member's data are found.
fn subject(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Subject> {
    let row = members::require(conn, community, member)?;
    let mut names = vec![row.name];
    names.extend(
        member_references::of_members(conn, community, &[row.id])?
            .into_iter()
            .map(|row| row.reference),
    );
    let (c, m) = (community.as_i64(), member.as_i64());
    let mut phones = Vec::new();
    for sql in [
        format!("SELECT phone AS key FROM devices WHERE community_id = {c} AND member_id = {m}"),
        format!(
            "SELECT DISTINCT phone AS key FROM device_history WHERE community_id = {c} AND member_id = {m} \
             AND phone IS NOT NULL"
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

/// Removes the member, and notes what is still to be looked for.
fn begin(
    conn: &mut Conn,
    ctx: &Context,
    (community, member): (CommunityId, MemberId),
    confirm: &str,
    fresh: &[u8],
) -> Result<Subject> {
    let policy = communities::require(conn, community)?.policy;
    if let Some(before) = erasure::get(conn, community, member)?
        && let Some(subject) = subject_of(&before)?
    {
        return Ok(subject);
    }
    member_rows::lock(conn, community, &[member])?;
    let row = members::require(conn, community, member)?;
    if person_name::key(&row.name) != person_name::key(confirm) {
        return Err(SwitchboardError::invalid(
            "confirm",
            format!(
                "`confirm` must be the name of {member}, so that nobody is erased by a slip; look at the member first"
            ),
        ));
    }
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
    members::remove(conn, ctx, &policy, community, member)?;
    for phone in subject.phones.iter().copied().filter_map(E164::from_i64) {
        phone_hashes::keep(conn, ctx.now.0, fresh, community, phone)?;
    }
    Ok(subject)
}

impl Switchboard {
    /// Erases a member's data; `confirm` is their name. `random` becomes the key of hashed phones where there is none.
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
            match subject_of(&row)? {
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
        rows += self.search(&subject).await?;
        let (community, member) = (subject.community, subject.member);
        // From here on nothing names the person but what the files hold where rows were.
        self.write(move |conn, ctx| {
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
        Ok(Erased { rows, compacted })
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
