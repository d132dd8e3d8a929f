//! People whom a provider of OpenID Connect knows: they are found by (issuer, subject), made, linked, and signed in.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::super::error::{Result, SwitchboardError};
use super::super::keys::hash;
use super::super::{Context, Switchboard};
use super::{NewSession, communities_of, new_user, role_of, sessions, token};
use crate::domain::Timestamp;
use crate::domain::admin::{self, Role};
use crate::domain::id::{CommunityId, UserId, UserKind};
use crate::domain::oidc::{self, Person, Standing};
use crate::store::admin_identities::{self, IdentityRow};
use crate::store::admin_users::{self, UserRow};
use crate::store::{Conn, admin_sessions, communities};

/// The longest subject that is taken, in bytes: what the specification allows.
const MOST_SUBJECT: usize = 255;

/// What else happened when somebody signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// There was no such user.
    pub made: bool,
    /// The user was there, and is now the provider's person too.
    pub linked: bool,
    /// The role or the communities are others.
    pub renewed: bool,
}

/// What became of somebody whom the provider let in.
#[derive(Debug)]
pub enum ProviderSignIn {
    /// They are signed in.
    Done(Box<NewSession>, Changes),
    /// The user may not sign in.
    Disabled,
    /// Nobody here is they, and nobody is made.
    Unknown,
}

fn fresh(conn: &mut Conn, ctx: &Context, who: &Person, role: Role) -> Result<UserRow> {
    let told = [&who.issuer, "\n", &who.subject]
        .map(|part| part as &str)
        .concat();
    let digest = HEXLOWER.encode(&Sha256::digest(told.as_bytes()));
    // Long enough that nobody else has it.
    let last = format!("user-{}", digest.get(..16).unwrap_or_default());
    let mut row = new_user(ctx.id::<UserKind>().as_i64(), role.word(), ctx.now);
    for name in who.email.iter().chain(&who.names).chain([&last]) {
        if admin::name_fault(name).is_some() {
            continue;
        }
        (row.name, row.name_key) = (name.clone(), admin::name_key(name));
        if admin_users::insert(conn, &row)? {
            return Ok(row);
        }
    }
    Err(super::users::name_taken(&last))
}

/// The user that somebody is, with what was done to find them.
fn found(
    conn: &mut Conn,
    ctx: &Context,
    who: &Person,
    link: bool,
    newcomer: Option<Role>,
) -> Result<Option<(UserRow, Changes)>> {
    if let Some(known) = admin_identities::get(conn, &who.issuer, &who.subject)? {
        let row = admin_users::get(conn, known.user_id)?;
        return Ok(row.map(|row| (row, Changes::default())));
    }
    let address = who.email.as_deref().filter(|email| link && oidc::is_plain(email));
    let named = match address {
        // The name itself is looked at too: by the key, other letters than those of the address are the same.
        Some(email) => admin_users::by_name(conn, &admin::name_key(email))?
            .filter(|row| row.name.eq_ignore_ascii_case(email)),
        None => None,
    };
    // Whoever is somebody at this provider already is nobody else there.
    let linked = match named {
        Some(row) if !admin_identities::knows(conn, &who.issuer, row.id)? => Some(row),
        _ => None,
    };
    let changes = Changes {
        made: linked.is_none(),
        linked: linked.is_some(),
        renewed: false,
    };
    let row = match (linked, newcomer) {
        // Nothing is kept of a link to somebody who may not come in.
        (Some(row), _) if row.disabled => return Ok(Some((row, changes))),
        (Some(row), _) => {
            // It is they: the link that they were invited with is for nobody else now.
            admin_users::forget_invites_of(conn, row.id)?;
            row
        }
        (None, Some(role)) => fresh(conn, ctx, who, role)?,
        (None, None) => return Ok(None),
    };
    let identity = IdentityRow {
        issuer: who.issuer.clone(),
        subject: who.subject.clone(),
        user_id: row.id,
        created_at: ctx.now.0,
    };
    admin_identities::insert(conn, &identity)?;
    Ok(Some((row, changes)))
}

/// Gives a user the role and the communities that the provider says; true where they are others than before.
fn renew(conn: &mut Conn, row: &mut UserRow, role: Role, given: Option<&[CommunityId]>) -> Result<bool> {
    let mut ids = Vec::new();
    for community in given.unwrap_or_default() {
        // One that is gone, or never was, is nobody's; the others still are theirs.
        match communities::get(conn, *community)? {
            Some(_) => ids.push(community.as_i64()),
            None => tracing::warn!(%community, "oidc.roles names a community that is not there"),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let own: Option<Vec<i64>> = given.map(|_| ids);
    let before = communities_of(conn, row)?.map(|all| all.iter().map(|id| id.as_i64()).collect::<Vec<_>>());
    if role_of(row)? == role && before == own {
        return Ok(false);
    }
    row.role = role.word().to_owned();
    row.all_communities = own.is_none();
    admin_users::set_communities(conn, row.id, &own.unwrap_or_default())?;
    admin_users::update(conn, row)?;
    Ok(true)
}

impl Switchboard {
    /// Notes that a try to sign in at a provider came back; false where it did before. Until `expires_at` that is known.
    pub async fn use_provider_try(&self, state: &str, expires_at: Timestamp) -> Result<bool> {
        let state_hash = hash(state);
        self.write(move |conn, ctx| {
            admin_identities::forget_tries(conn, ctx.now.0)?;
            Ok(admin_identities::use_try(conn, &state_hash, expires_at.0)?)
        })
        .await
    }

    /// Signs in somebody whom a provider let in. With `link`, whoever has the address that is a user's name is that user.
    pub async fn sign_in_by_provider(
        &self,
        who: Person,
        standing: Standing,
        link: bool,
        random: [u8; 32],
    ) -> Result<ProviderSignIn> {
        if !(1..=MOST_SUBJECT).contains(&who.subject.len()) {
            return Err(SwitchboardError::invalid(
                "sub",
                "the provider's `sub` is empty, or too long",
            ));
        }
        let token = token("pls_", random);
        self.write(move |conn, ctx| {
            admin_users::lock(conn)?;
            let had_owner = admin_users::any_owner(conn)?;
            let newcomer = match &standing {
                Standing::Given(role, _) => Some(*role),
                Standing::Kept(role) => *role,
            };
            let Some((mut row, mut changes)) = found(conn, ctx, &who, link, newcomer)? else {
                return Ok(ProviderSignIn::Unknown);
            };
            if row.disabled {
                return Ok(ProviderSignIn::Disabled);
            }
            if let Standing::Given(role, given) = &standing {
                let is_other = renew(conn, &mut row, *role, given.as_deref())?;
                changes.renewed = is_other && !changes.made;
            }
            if !had_owner && row.role == Role::Owner.word() {
                // Each start without an owner has printed one.
                admin_users::forget_open_invites(conn)?;
            }
            let session = sessions::open(conn, ctx, &mut row, &token)?;
            let new = NewSession {
                token: token.clone(),
                session,
            };
            Ok(ProviderSignIn::Done(Box::new(new), changes))
        })
        .await
    }

    /// Ends the sessions of somebody whom the provider gives no role any more; says whose, with the name, if there were any.
    pub async fn sign_out_by_provider(&self, who: &Person) -> Result<Option<(UserId, String)>> {
        let (issuer, subject) = (who.issuer.clone(), who.subject.clone());
        self.write(move |conn, _| {
            let Some(known) = admin_identities::get(conn, &issuer, &subject)? else {
                return Ok(None);
            };
            if admin_sessions::remove_others(conn, known.user_id, "")? == 0 {
                return Ok(None);
            }
            let row = admin_users::get(conn, known.user_id)?;
            Ok(row.map(|row| (UserId::from_i64(row.id), row.name)))
        })
        .await
    }
}
