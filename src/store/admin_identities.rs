//! Whom a provider of OpenID Connect knows as which user, and which tries to sign in there came back.

use diesel::prelude::*;

use super::schema::{admin_identities, oidc_used};
use super::{Conn, StoreError, each};

/// An identity's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_identities)]
pub struct IdentityRow {
    /// The provider.
    pub issuer: String,
    /// Whom it calls so.
    pub subject: String,
    /// `usr_…`
    pub user_id: i64,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Adds an identity.
pub fn insert(conn: &mut Conn, row: &IdentityRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(admin_identities::table).values(row).execute(c))?;
    Ok(())
}

/// The identity that a provider means.
pub fn get(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<IdentityRow>, StoreError> {
    Ok(each!(conn, c => admin_identities::table
        .find((issuer, subject))
        .select(IdentityRow::as_select())
        .first(c)
        .optional())?)
}

/// A provider by which a user signs in.
pub fn of_user(conn: &mut Conn, user: i64) -> Result<Option<IdentityRow>, StoreError> {
    Ok(each!(conn, c => admin_identities::table
        .filter(admin_identities::user_id.eq(user))
        .select(IdentityRow::as_select())
        .first(c)
        .optional())?)
}

/// Whether this provider knows a user.
pub fn knows(conn: &mut Conn, issuer: &str, user: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = each!(conn, c => admin_identities::table
        .filter(admin_identities::user_id.eq(user))
        .filter(admin_identities::issuer.eq(issuer))
        .select(admin_identities::user_id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Removes those of a user.
pub fn remove(conn: &mut Conn, user: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_identities::table
        .filter(admin_identities::user_id.eq(user)))
        .execute(c))?;
    Ok(())
}

/// Notes that a try came back; false where it did before.
pub fn use_try(conn: &mut Conn, state_hash: &str, expires_at: i64) -> Result<bool, StoreError> {
    let added = each!(conn, c => diesel::insert_into(oidc_used::table)
        .values((oidc_used::state_hash.eq(state_hash), oidc_used::expires_at.eq(expires_at)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Forgets tries that would be refused as too old.
pub fn forget_tries(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(oidc_used::table.filter(oidc_used::expires_at.le(now))).execute(c))?;
    Ok(())
}
