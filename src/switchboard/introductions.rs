//! Strangers whom an app vouches for: members of their community are made of them, with the contact whom they want to
//! reach on the very number that they texted or called.

use super::Context;
use super::assign::{self, Loads};
use super::error::{Result, SwitchboardError};
use super::members::{self, NewMember};
use super::told::NotConnected;
use crate::domain::E164;
use crate::domain::history::Actor;
use crate::domain::id::{CallId, CommunityId, EndpointId, MemberId, MessageId, NumberId};
use crate::domain::policy::Policy;
use crate::store::releases::{self, ReleaseRow};
use crate::store::{Conn, MaybeTransient, assignments, devices, numbers};

/// A stranger who texted or called, and whom their community's app vouches for.
pub(crate) struct Stranger<'a> {
    pub community: CommunityId,
    pub policy: &'a Policy,
    /// The app that was asked.
    pub app: Option<EndpointId>,
    pub phone: E164,
    /// The number that they texted or called.
    pub dialled: E164,
    pub about: About,
}

/// What an app was asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    Text(MessageId),
    Call(CallId),
}

impl About {
    fn id(self) -> String {
        match self {
            Self::Text(message) => message.to_string(),
            Self::Call(call) => call.to_string(),
        }
    }
}

/// Makes a member of a stranger, and a contact of the one whom they want to reach. Where that cannot be, why: the app is
/// told of it.
pub(crate) fn introduce(
    conn: &mut Conn,
    ctx: &Context,
    stranger: &Stranger<'_>,
    (name, to): (&str, MemberId),
) -> Result<std::result::Result<MemberId, String>> {
    let told = ctx.events.mark();
    let made = conn.savepoint(|conn| make_contact(conn, ctx, stranger, (name, to)));
    match made {
        Ok(member) => Ok(Ok(member)),
        Err(error) if error.is_transient() => Err(error),
        Err(error @ SwitchboardError::Store(_)) => Err(error),
        Err(error) => {
            ctx.events.rewind(told);
            let (community, code) = (stranger.community, error.code());
            // The sentence may name the stranger's phone, which is not the app's to learn.
            let why = error.to_string().replace(&stranger.phone.digits(), "…");
            let (message, call) = match stranger.about {
                About::Text(message) => (Some(message), None),
                About::Call(call) => (None, Some(call)),
            };
            tracing::info!(%community, about = stranger.about.id(), code, "an app wanted a stranger connected, which cannot be");
            let failed = NotConnected {
                message,
                call,
                to,
                code,
                detail: &why,
            };
            ctx.events
                .stranger_not_connected(community, stranger.app, &failed)?;
            Ok(Err(format!("{code}: {why}")))
        }
    }
}

fn make_contact(
    conn: &mut Conn,
    ctx: &Context,
    stranger: &Stranger<'_>,
    (name, to): (&str, MemberId),
) -> Result<MemberId> {
    let community = stranger.community;
    let member = match devices::by_phone(conn, community, stranger.phone)? {
        // They joined meanwhile, or their first text made a member of them.
        Some(device) => MemberId::from_i64(device.member_id),
        None => {
            let new = NewMember {
                name: name.to_owned(),
                phone: Some(stranger.phone),
                guest: true,
                listed: false,
            };
            members::create(conn, ctx, community, &new)?.id
        }
    };
    let number = numbers::find(conn, stranger.dialled)?
        .filter(|row| row.community_id == community.as_i64() && !row.desk && !row.hub)
        .map(|row| NumberId::from_i64(row.id));
    if let Some(number) = number
        && assignments::by_number(conn, community, member, number)?.is_none()
        && releases::get(conn, community, member, number)?.is_none()
    {
        // They dialled this number for `to`: let it be remembered as theirs, so that it is chosen.
        remember(conn, ctx, community, member, number, to)?;
    }
    let mut loads = Loads::new();
    let by = ctx.by.replace(Actor::App(None));
    let made = assign::assign(conn, ctx, stranger.policy, community, (member, to), &mut loads);
    ctx.by.set(by);
    made?;
    numbers::add_loads(conn, community, &loads)?;
    Ok(member)
}

fn remember(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    stranger: MemberId,
    number: NumberId,
    to: MemberId,
) -> Result<()> {
    let row = ReleaseRow {
        community_id: community.as_i64(),
        member_id: stranger.as_i64(),
        number_id: number.as_i64(),
        contact_id: to.as_i64(),
        released_at: ctx.now.0,
        cool_until: ctx.now.0,
        made_at: None,
        memory_until: ctx.now.0,
        forwards_until: 0,
    };
    Ok(releases::record(conn, &row)?)
}
