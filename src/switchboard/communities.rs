//! Communities and their policies.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::{Result, SwitchboardError};
use super::views::Community;
use super::{Context, Expected, Switchboard};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, EndpointId};
use crate::domain::policy::Policy;
use crate::store::communities::{self, CommunityRow};
use crate::store::{Conn, StoreError, deferred};

/// Longest name of anything.
pub(crate) const MAX_NAME_CHARS: usize = 100;

/// Checks a name: something printable, not too long.
pub(crate) fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let chars = name.chars().count();
    if chars == 0 || chars > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(SwitchboardError::invalid(
            "name",
            format!("a name has 1 to {MAX_NAME_CHARS} printable characters; this one has {chars}"),
        ));
    }
    Ok(name)
}

fn checked_policy(policy: &Policy) -> Result<String> {
    match policy.problems().first() {
        Some(problem) => Err(SwitchboardError::invalid("policy", problem.clone())),
        None => Ok(serde_json::to_string(policy).map_err(|_| StoreError::Corrupt("communities.policy"))?),
    }
}

/// Reads a stored policy.
pub(crate) fn policy_of(row: &CommunityRow) -> Result<Policy> {
    Ok(serde_json::from_str(&row.policy).map_err(|_| StoreError::Corrupt("communities.policy"))?)
}

fn view(row: CommunityRow) -> Result<Community> {
    Ok(Community {
        id: CommunityId::from_i64(row.id),
        policy: policy_of(&row)?,
        name: row.name,
        created_at: Timestamp(row.created_at),
    })
}

/// The community, or "not found".
pub(crate) fn require(conn: &mut Conn, id: CommunityId) -> Result<Community> {
    communities::get(conn, id)?
        .map(view)
        .unwrap_or_else(|| Err(SwitchboardError::not_found("community", id)))
}

/// What part apps take in a community's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Apps {
    /// Members may read in an app.
    pub devices: bool,
    /// The endpoint that is asked before a text is bridged.
    pub intercept: Option<EndpointId>,
    /// The endpoint that is asked about unknown senders.
    pub stranger: Option<EndpointId>,
    /// Texts wait for texting hours, or did: later ones of their lanes go behind them.
    pub deferred: bool,
    /// Texts go only to phones of which an opt-in is recorded.
    pub opt_in: bool,
}

/// What a text must know of its community.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Shared: as many pool numbers as a batch of texts names have it.
    pub policy: Arc<Policy>,
    pub apps: Apps,
}

impl Setup {
    pub fn of(row: &CommunityRow) -> Result<Self> {
        let policy = policy_of(row)?;
        Ok(Self {
            apps: Apps {
                deferred: row.has_deferred || policy.texting_hours,
                opt_in: policy.require_opt_in,
                devices: row.has_app_devices,
                intercept: row.intercept_endpoint.map(EndpointId::from_i64),
                stranger: row.stranger_endpoint.map(EndpointId::from_i64),
            },
            policy: Arc::new(policy),
        })
    }
}

pub(crate) fn setup(conn: &mut Conn, id: CommunityId) -> Result<Setup> {
    let row = communities::get(conn, id)?.ok_or_else(|| SwitchboardError::not_found("community", id))?;
    Setup::of(&row)
}

/// The community, for a change that depends on what it is: nobody else changes it meanwhile.
fn require_locked(conn: &mut Conn, id: CommunityId) -> Result<Community> {
    communities::lock(conn, id)?;
    require(conn, id)
}

/// The community of that name, the oldest if several have it.
pub(crate) fn by_name(conn: &mut Conn, name: &str) -> Result<Option<Community>> {
    communities::by_name(conn, name)?.map(view).transpose()
}

pub(crate) fn create(conn: &mut Conn, ctx: &Context, name: &str, policy: &Policy) -> Result<Community> {
    let row = CommunityRow {
        id: ctx.id::<crate::domain::id::CommunityKind>().as_i64(),
        name: checked_name(name)?.to_owned(),
        policy: checked_policy(policy)?,
        created_at: ctx.now.0,
        has_app_devices: false,
        intercept_endpoint: None,
        stranger_endpoint: None,
        has_deferred: false,
        bodies_gone_before: 0,
        quarantine_gone_before: 0,
    };
    communities::insert(conn, &row)?;
    view(row)
}

pub(crate) fn update(conn: &mut Conn, id: CommunityId, name: &str, policy: &Policy) -> Result<Community> {
    communities::update(conn, id, checked_name(name)?, &checked_policy(policy)?)?;
    // Texting hours may have changed: what waits for them is looked at again.
    deferred::look_again(conn, id, 0)?;
    require(conn, id)
}

/// A policy with some of its fields changed; what is absent stays as it is.
pub fn merged_policy(policy: &Policy, changes: &Map<String, Value>) -> Result<Policy> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(policy) else {
        return Err(StoreError::Corrupt("communities.policy").into());
    };
    fields.extend(changes.clone());
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner().to_string());
        let sentence = match path.as_str() {
            "." => inner,
            path => format!("`policy.{path}`: {inner}"),
        };
        SwitchboardError::invalid("policy", sentence)
    })
}

impl Switchboard {
    /// Makes a community. Fields absent from its policy have their defaults.
    pub async fn create_community(&self, name: String, policy: Policy) -> Result<Community> {
        self.write(move |conn, ctx| create(conn, ctx, &name, &policy))
            .await
    }

    /// One community.
    pub async fn community(&self, id: CommunityId) -> Result<Community> {
        self.read(move |conn| require(conn, id)).await
    }

    /// Communities in the order of their making, after `after`.
    pub async fn communities(&self, after: Option<CommunityId>, limit: i64) -> Result<Vec<Community>> {
        self.read(move |conn| {
            let rows = communities::list(conn, after.map_or(0, CommunityId::as_i64), limit)?;
            rows.into_iter().map(view).collect()
        })
        .await
    }

    /// Changes a community's name, some fields of its policy, or both, in one transaction.
    pub async fn patch_community(
        &self,
        id: CommunityId,
        name: Option<String>,
        policy: Map<String, Value>,
    ) -> Result<Community> {
        self.patch_community_if(id, name, policy, Expected::any()).await
    }

    /// Likewise, where the community is as it was expected.
    pub async fn patch_community_if(
        &self,
        id: CommunityId,
        name: Option<String>,
        policy: Map<String, Value>,
        expected: Expected,
    ) -> Result<Community> {
        self.write(move |conn, _| {
            let now = require_locked(conn, id)?;
            expected.check(&now)?;
            let policy = merged_policy(&now.policy, &policy)?;
            update(conn, id, name.as_deref().unwrap_or(&now.name), &policy)
        })
        .await
    }
}
