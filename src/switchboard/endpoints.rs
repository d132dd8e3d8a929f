//! Callback endpoints: where apps want to be told, what of, and with which secrets it is signed.

use data_encoding::BASE64;
use serde::Serialize;

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, communities, receipts};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, EndpointId, EndpointKind, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::endpoints::{self as rows, ACTIVE, DISABLED, EndpointRow, SecretRow};
use crate::store::{Conn, StoreError, app_devices, pending_deliveries};

/// Most endpoints of a community: every event looks at each.
const MAX_ENDPOINTS: usize = 50;
const MAX_URL_BYTES: usize = 2_000;
const MAX_DESCRIPTION_CHARS: usize = 500;
/// Secrets of an endpoint that may sign at once.
const MAX_SECRETS: usize = 5;
/// Random bytes in a secret; Standard Webhooks asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// An endpoint, without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CallbackEndpoint)]
pub struct Endpoint {
    /// The id.
    pub id: EndpointId,
    /// The app whose key made it, if one did.
    #[schema(example = "chat")]
    pub app: Option<String>,
    /// Where callbacks go.
    #[schema(example = "https://app.example.org/callbacks")]
    pub url: String,
    /// What it is for.
    #[schema(example = "chat server")]
    pub description: String,
    /// The kinds of events that it wants; empty means all.
    pub events: Vec<EventKind>,
    /// Is asked before a text is bridged.
    pub intercepts: bool,
    /// Is asked about unknown senders.
    pub strangers: bool,
    /// `active` or `disabled`.
    #[schema(value_type = super::words::EndpointState, inline)]
    pub state: String,
    /// Why it is disabled.
    #[schema(example = json!(null))]
    pub disabled_reason: Option<String>,
    /// Tries that failed since the last success.
    #[schema(example = 0)]
    pub failures: i32,
    /// While the breaker is open: when it is tried again.
    pub open_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An endpoint to be, or what of one is to change (absent: stays).
#[derive(Clone, Debug, Default)]
pub struct EndpointEdit {
    /// Where callbacks go.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The kinds of events that it wants; empty means all.
    pub events: Option<Vec<EventKind>>,
    /// Whether it is asked before a text is bridged; at most one of a community.
    pub intercepts: Option<bool>,
    /// Whether it is asked about unknown senders; at most one of a community.
    pub strangers: Option<bool>,
    /// Enables or disables it.
    pub enabled: Option<bool>,
}

/// The kinds that an endpoint wants; empty means all.
pub(crate) fn kinds_of(row: &EndpointRow) -> Result<Vec<EventKind>> {
    Ok(serde_json::from_str(&row.kinds).map_err(|_| StoreError::Corrupt("callback_endpoints.kinds"))?)
}

fn view(row: EndpointRow) -> Result<Endpoint> {
    Ok(Endpoint {
        id: EndpointId::from_i64(row.id),
        events: kinds_of(&row)?,
        app: row.app,
        url: row.url,
        description: row.description,
        intercepts: row.intercepts,
        strangers: row.strangers,
        state: row.state,
        disabled_reason: row.disabled_reason,
        failures: row.failures,
        open_until: row.open_until.map(Timestamp),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

/// The endpoint if it takes callbacks.
pub(crate) fn require_active(conn: &mut Conn, community: CommunityId, id: EndpointId) -> Result<EndpointRow> {
    let row = require(conn, community, id)?;
    match row.state == DISABLED {
        false => Ok(row),
        true => Err(SwitchboardError::conflict(
            "endpoint_disabled",
            format!("{id} is disabled; enable it first"),
        )),
    }
}

/// The endpoint, or "not found".
pub(crate) fn require(conn: &mut Conn, community: CommunityId, id: EndpointId) -> Result<EndpointRow> {
    rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("callback endpoint", id))
}

fn apply(row: &mut EndpointRow, edit: &EndpointEdit, now: Timestamp) -> Result<()> {
    if let Some(url) = &edit.url {
        if url.len() > MAX_URL_BYTES {
            return Err(SwitchboardError::invalid(
                "url",
                format!(
                    "a URL has at most {MAX_URL_BYTES} bytes; this one has {}",
                    url.len()
                ),
            ));
        }
        row.url = url.clone();
    }
    if let Some(description) = &edit.description {
        let chars = description.chars().count();
        if chars > MAX_DESCRIPTION_CHARS {
            return Err(SwitchboardError::invalid(
                "description",
                format!("a description has at most {MAX_DESCRIPTION_CHARS} characters; this one has {chars}"),
            ));
        }
        row.description = description.clone();
    }
    if let Some(kinds) = &edit.events {
        if kinds.contains(&EventKind::EndpointTest) {
            return Err(SwitchboardError::invalid(
                "events",
                "`endpoint.test` is sent on request only; leave it out",
            ));
        }
        row.kinds =
            serde_json::to_string(kinds).map_err(|_| StoreError::Corrupt("callback_endpoints.kinds"))?;
    }
    row.intercepts = edit.intercepts.unwrap_or(row.intercepts);
    row.strangers = edit.strangers.unwrap_or(row.strangers);
    match edit.enabled {
        Some(true) => {
            row.state = ACTIVE.to_owned();
            row.disabled_reason = None;
            row.failures = 0;
            row.open_until = None;
        }
        Some(false) if row.state == ACTIVE => {
            row.state = DISABLED.to_owned();
            row.disabled_reason = Some("disabled on request".into());
        }
        _ => {}
    }
    row.updated_at = now.0;
    Ok(())
}

/// Tells the community's texts which endpoints are to be asked.
fn settle_askers(conn: &mut Conn, community: CommunityId) -> Result<()> {
    let all = rows::of_community(conn, community)?;
    let asked = |wanted: fn(&EndpointRow) -> bool, field: &'static str| {
        let mut found = all.iter().filter(|row| wanted(row)).map(|row| row.id);
        match (found.next(), found.next()) {
            (Some(first), Some(_)) => Err(SwitchboardError::conflict(
                "asked_already",
                format!(
                    "{} has `{field}` already; only one endpoint of a community is asked",
                    EndpointId::from_i64(first)
                ),
            )),
            (first, _) => Ok(first),
        }
    };
    let intercept = asked(|row| row.intercepts, "intercepts")?;
    let stranger = asked(|row| row.strangers, "strangers")?;
    Ok(crate::store::communities::set_askers(
        conn, community, intercept, stranger,
    )?)
}

fn new_secret(random: [u8; SECRET_BYTES]) -> String {
    format!("whsec_{}", BASE64.encode(&random))
}

fn add_secret(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: EndpointId,
    secret: &str,
) -> Result<()> {
    let row = SecretRow {
        community_id: community.as_i64(),
        endpoint_id: id.as_i64(),
        id: ctx.id::<EndpointKind>().as_i64(),
        secret: secret.to_owned(),
        created_at: ctx.now.0,
        expires_at: None,
    };
    Ok(rows::add_secret(conn, &row)?)
}

/// Gives up what is pending for an endpoint; texts that were to be read there end as failed. True when their
/// senders are told.
pub(crate) fn give_up_pending(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: EndpointId,
    why: &str,
) -> Result<bool> {
    let texts = pending_deliveries::give_up(conn, community, id, why, ctx.now.0)?;
    texts_failed(conn, ctx, community, &texts)
}

/// Ends texts whose app could not be reached. True when something is to be sent on account of it.
pub(crate) fn texts_failed(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    texts: &[i64],
) -> Result<bool> {
    let mut told = false;
    for message in texts {
        let ids = (community, MessageId::from_i64(*message));
        let reason = Some(Reason::AppUnreachable);
        told |= !receipts::advance(conn, ctx, ids, Status::Failed, reason, None)?.is_empty();
    }
    Ok(told)
}

impl Switchboard {
    /// Makes an endpoint from 32 random bytes; returns it with its first secret.
    pub async fn create_endpoint(
        &self,
        community: CommunityId,
        app: Option<String>,
        edit: EndpointEdit,
        random: [u8; SECRET_BYTES],
    ) -> Result<(Endpoint, String)> {
        let secret = new_secret(random);
        let kept = secret.clone();
        let made = self
            .write(move |conn, ctx| {
                crate::store::communities::lock(conn, community)?;
                communities::require(conn, community)?;
                if rows::of_community(conn, community)?.len() >= MAX_ENDPOINTS {
                    return Err(SwitchboardError::conflict(
                        "too_many_endpoints",
                        format!("a community has at most {MAX_ENDPOINTS} endpoints; remove one first"),
                    ));
                }
                let id = ctx.id::<EndpointKind>();
                let mut row = EndpointRow {
                    community_id: community.as_i64(),
                    id: id.as_i64(),
                    app: app.clone(),
                    url: String::new(),
                    description: String::new(),
                    kinds: "[]".into(),
                    intercepts: false,
                    strangers: false,
                    state: ACTIVE.to_owned(),
                    disabled_reason: None,
                    failures: 0,
                    open_until: None,
                    created_at: ctx.now.0,
                    updated_at: ctx.now.0,
                };
                apply(&mut row, &edit, ctx.now)?;
                rows::insert(conn, &row)?;
                add_secret(conn, ctx, community, id, &kept)?;
                settle_askers(conn, community)?;
                view(row)
            })
            .await?;
        self.endpoints_changed();
        Ok((made, secret))
    }

    /// One endpoint.
    pub async fn endpoint(&self, community: CommunityId, id: EndpointId) -> Result<Endpoint> {
        self.read(move |conn| view(require(conn, community, id)?)).await
    }

    /// All endpoints of a community, oldest first.
    pub async fn endpoints(&self, community: CommunityId) -> Result<Vec<Endpoint>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            rows::of_community(conn, community)?
                .into_iter()
                .map(view)
                .collect()
        })
        .await
    }

    /// Changes an endpoint. Enabling it closes its breaker.
    pub async fn edit_endpoint(
        &self,
        community: CommunityId,
        id: EndpointId,
        edit: EndpointEdit,
        expected: super::Expected,
    ) -> Result<Endpoint> {
        let changed = self
            .write(move |conn, ctx| {
                crate::store::communities::lock(conn, community)?;
                let mut row = require(conn, community, id)?;
                expected.check(&view(row.clone())?)?;
                apply(&mut row, &edit, ctx.now)?;
                rows::update(conn, &row)?;
                settle_askers(conn, community)?;
                view(row)
            })
            .await?;
        self.endpoints_changed();
        Ok(changed)
    }

    /// Removes an endpoint; what was pending for it is given up.
    pub async fn delete_endpoint(
        &self,
        community: CommunityId,
        id: EndpointId,
        expected: super::Expected,
    ) -> Result<()> {
        let told = self.write(move |conn, ctx| {
            crate::store::communities::lock(conn, community)?;
            expected.check(&view(require(conn, community, id)?)?)?;
            if let Some(member) = app_devices::any_at(conn, community, id)? {
                return Err(SwitchboardError::conflict(
                    "endpoint_in_use",
                    format!(
                        "{member} and perhaps others read their texts at {id}; remove their app devices first"
                    ),
                ));
            }
            let told = give_up_pending(conn, ctx, community, id, "the endpoint was removed")?;
            rows::delete(conn, community, id)?;
            settle_askers(conn, community)?;
            Ok(told)
        })
        .await?;
        if told {
            self.wake_outbox();
        }
        self.endpoints_changed();
        Ok(())
    }

    /// Adds a secret; the ones before it sign beside it for `overlap_s` seconds more, so that receivers can
    /// change over in between.
    pub async fn rotate_secret(
        &self,
        community: CommunityId,
        id: EndpointId,
        overlap_s: i64,
        random: [u8; SECRET_BYTES],
    ) -> Result<String> {
        let secret = new_secret(random);
        let kept = secret.clone();
        self.write(move |conn, ctx| {
            require(conn, community, id)?;
            rows::forget_secrets(conn, community, id, ctx.now.0)?;
            if rows::live_secrets(conn, community, id, ctx.now.0)?.len() >= MAX_SECRETS {
                return Err(SwitchboardError::conflict(
                    "too_many_secrets",
                    format!("{MAX_SECRETS} secrets sign for {id} already; wait until one of them ends"),
                ));
            }
            rows::expire_secrets(conn, community, id, ctx.now.plus_s(overlap_s).0)?;
            add_secret(conn, ctx, community, id, &kept)
        })
        .await?;
        self.endpoints_changed();
        Ok(secret)
    }
}
