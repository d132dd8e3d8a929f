//! People who sign in with a browser, and the one-time links that make them.

use diesel::prelude::*;

use super::schema::{admin_identities, admin_invites, admin_user_communities, admin_users};
use super::{Conn, StoreError, each, insert_all};

/// A user's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = admin_users, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct UserRow {
    /// `usr_…`
    pub id: i64,
    /// The name as it was given.
    pub name: String,
    /// The name as it is looked for.
    pub name_key: String,
    /// None until the one-time link was followed.
    pub password_hash: Option<String>,
    /// `owner`, `operator` or `viewer`.
    pub role: String,
    /// Not only those that are listed.
    pub all_communities: bool,
    /// In base32, or sealed.
    pub totp_secret: Option<String>,
    /// Likewise; to be confirmed.
    pub totp_pending: Option<String>,
    /// The last step whose code was used.
    pub totp_step: i64,
    /// May not sign in.
    pub disabled: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub signed_in_at: Option<i64>,
}

/// A one-time link's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_invites, treat_none_as_default_value = false)]
pub struct InviteRow {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Whose it is, where the user is there already.
    pub user_id: Option<i64>,
    /// What the user who is made may do.
    pub role: String,
    /// Unix milliseconds.
    pub expires_at: i64,
    /// The user's authenticator app goes with the old password.
    pub takes_totp: bool,
}

#[derive(Insertable)]
#[diesel(table_name = admin_user_communities)]
struct OfUser {
    user_id: i64,
    community_id: i64,
}

/// Lets nobody else change users until this transaction ends, so that two do not each send the last owner but one
/// away. On SQLite one writes at a time anyway.
pub fn lock(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.is_postgres() {
        true => conn.execute("LOCK TABLE admin_users IN SHARE ROW EXCLUSIVE MODE"),
        false => Ok(()),
    }
}

/// Adds a user; false where the name is taken.
pub fn insert(conn: &mut Conn, row: &UserRow) -> Result<bool, StoreError> {
    let added = each!(conn, c => diesel::insert_into(admin_users::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Writes a user's row as it is now.
pub fn update(conn: &mut Conn, row: &UserRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(admin_users::table.find(row.id)).set(row).execute(c))?;
    Ok(())
}

/// One user.
pub fn get(conn: &mut Conn, id: i64) -> Result<Option<UserRow>, StoreError> {
    Ok(each!(conn, c => admin_users::table.find(id).select(UserRow::as_select()).first(c).optional())?)
}

/// The user of a name.
pub fn by_name(conn: &mut Conn, key: &str) -> Result<Option<UserRow>, StoreError> {
    Ok(each!(conn, c => admin_users::table
        .filter(admin_users::name_key.eq(key))
        .select(UserRow::as_select())
        .first(c)
        .optional())?)
}

/// Users after the given one, oldest first.
pub fn list(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<UserRow>, StoreError> {
    Ok(each!(conn, c => admin_users::table
        .filter(admin_users::id.gt(after))
        .order(admin_users::id)
        .limit(limit)
        .select(UserRow::as_select())
        .load(c))?)
}

/// Whether there is another owner who can sign in.
pub fn other_owner(conn: &mut Conn, than: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = each!(conn, c => admin_users::table
        .filter(admin_users::role.eq("owner"))
        .filter(admin_users::disabled.eq(false))
        .filter(admin_users::password_hash.is_not_null())
        .filter(admin_users::id.ne(than))
        .select(admin_users::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Whether there is an owner who can sign in, by a password or at a provider.
pub fn any_owner(conn: &mut Conn) -> Result<bool, StoreError> {
    let found: Option<i64> = each!(conn, c => admin_users::table
        .filter(admin_users::role.eq("owner"))
        .filter(admin_users::disabled.eq(false))
        .filter(admin_users::password_hash.is_not_null().or(diesel::dsl::exists(
            admin_identities::table.filter(admin_identities::user_id.eq(admin_users::id)),
        )))
        .select(admin_users::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Removes a user, with the communities and links that are theirs.
pub fn remove(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    set_communities(conn, id, &[])?;
    forget_invites_of(conn, id)?;
    each!(conn, c => diesel::delete(admin_users::table.find(id)).execute(c))?;
    Ok(())
}

/// The communities that are listed for a user.
pub fn communities(conn: &mut Conn, id: i64) -> Result<Vec<i64>, StoreError> {
    Ok(each!(conn, c => admin_user_communities::table
        .filter(admin_user_communities::user_id.eq(id))
        .order(admin_user_communities::community_id)
        .select(admin_user_communities::community_id)
        .load(c))?)
}

/// Lists these communities for a user, and no others.
pub fn set_communities(conn: &mut Conn, id: i64, communities: &[i64]) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_user_communities::table
        .filter(admin_user_communities::user_id.eq(id)))
        .execute(c))?;
    let rows: Vec<OfUser> = communities
        .iter()
        .map(|community_id| OfUser {
            user_id: id,
            community_id: *community_id,
        })
        .collect();
    insert_all!(conn, admin_user_communities::table, &rows);
    Ok(())
}

/// Adds a one-time link.
pub fn invite(conn: &mut Conn, row: &InviteRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(admin_invites::table).values(row).execute(c))?;
    Ok(())
}

/// A one-time link.
pub fn get_invite(conn: &mut Conn, hash: &str) -> Result<Option<InviteRow>, StoreError> {
    Ok(each!(conn, c => admin_invites::table
        .find(hash)
        .select(InviteRow::as_select())
        .first(c)
        .optional())?)
}

/// Forgets the links that are a user's.
pub fn forget_invites_of(conn: &mut Conn, user: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_invites::table.filter(admin_invites::user_id.eq(user))).execute(c))?;
    Ok(())
}

/// Takes a one-time link away, and says what it was: nobody gets it twice.
pub fn take_invite(conn: &mut Conn, hash: &str) -> Result<Option<InviteRow>, StoreError> {
    let found = get_invite(conn, hash)?;
    let taken = each!(conn, c => diesel::delete(admin_invites::table.find(hash)).execute(c))?;
    Ok(found.filter(|_| taken > 0))
}

/// Forgets links that make a user.
pub fn forget_open_invites(conn: &mut Conn) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_invites::table.filter(admin_invites::user_id.is_null())).execute(c))?;
    Ok(())
}

/// Forgets links that are good no more.
pub fn forget_invites(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_invites::table.filter(admin_invites::expires_at.le(now))).execute(c))?;
    Ok(())
}
