//! Pool files by API: what one would change, and the change, as it was shown and whole or not at all.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::problem::{Problem, Result};
use crate::domain::id::CommunityId;
use crate::switchboard::{Plan, PoolFile, Scope, ShownPlan, Sight};

/// What the file is called in sentences about its lines.
const NAME: &str = "pool file";
/// Most problems of one file that are told at once.
const MOST_PROBLEMS: usize = 50;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolFileText {
    /// The file, in TOML.
    #[schema(example = "[community]\nname = \"Riders\"\n\n[[pools]]\nname = \"main\"\n")]
    toml: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolFileOrder {
    /// The file, in TOML.
    #[schema(example = "[community]\nname = \"Riders\"\n\n[[pools]]\nname = \"main\"\n")]
    toml: String,
    /// That of the plan which was shown: it is this plan that is carried out, or none.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    fingerprint: String,
}

/// What a file changes.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedPoolFile {
    /// What tells this plan from others; `POST /v1/pool_files/apply` takes it.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    fingerprint: String,
    /// The community that the file names; null where it is still to be made.
    community: Option<CommunityId>,
    /// What the file calls it.
    #[schema(example = "Riders")]
    community_name: String,
    #[serde(flatten)]
    plan: Plan,
}

fn read(toml: &str) -> Result<PoolFile> {
    let text = toml.strip_prefix('\u{feff}').unwrap_or(toml);
    PoolFile::parse(NAME, text).map_err(|mut problems| {
        let more = problems.len().saturating_sub(MOST_PROBLEMS);
        problems.truncate(MOST_PROBLEMS);
        if more > 0 {
            problems.push(format!("and {more} more"));
        }
        Problem::invalid("toml", problems.join("\n"))
    })
}

/// The community that the file is for, which must be the caller's; only who opens everything makes one.
async fn community_of(state: &ApiState, who: &Who, file: &PoolFile) -> Result<Option<CommunityId>> {
    let found = state.board.find_community(&file.community).await?;
    match found {
        Some(community) if who.0.may_enter(community.id) => Ok(Some(community.id)),
        None if who.0.scope == Scope::Admin => Ok(None),
        // The same words, whether it is another's or not there.
        _ => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!(
                "no community of yours is called `{}`; only an owner, or a key of scope admin, makes a new one",
                file.community
            ),
        )
        .field("toml")),
    }
}

/// Whoever opens one community is not told of others' numbers, nor whose phone one is.
fn sight(who: &Who) -> Sight {
    match who.0.scope {
        Scope::Admin => Sight::All,
        _ => Sight::Own,
    }
}

fn shown(file: &PoolFile, community: Option<CommunityId>, plan: Plan) -> HttpResponse {
    HttpResponse::Ok().json(PlannedPoolFile {
        fingerprint: plan.fingerprint(file),
        community,
        community_name: file.community.clone(),
        plan,
    })
}

/// `POST /v1/pool_files/plan`
#[utoipa::path(
    post, path = "/v1/pool_files/plan", operation_id = "plan_pool_file", tag = "Pool files",
    summary = "Say what a pool file would change",
    description = "The file is that of `partyline pool plan`: a community with its policy, pools, campaigns, numbers, members and contacts. What is there and not in the file is left alone, and named in `unmanaged`. Nothing is written. A file that cannot be read is answered 422, each mistake on a line of its own with the line of the file, and the column where it is no TOML; one that contradicts what is there 409 `pool_file`.",
    request_body = PoolFileText,
    responses(
        (status = 200, description = "What would be changed, in the order in which it would be done.", body = PlannedPoolFile),
    ),
    extensions(("x-problems" = json!(["pool_file"]))),
)]
pub(crate) async fn plan(
    state: Data<ApiState>,
    who: Who,
    Json(given): Json<PoolFileText>,
) -> Result<HttpResponse> {
    let file = read(&given.toml)?;
    let community = community_of(&state, &who, &file).await?;
    let plan = state.board.plan_pool_file_for(&file, sight(&who)).await?;
    Ok(shown(&file, community, plan))
}

/// `POST /v1/pool_files/apply`
#[utoipa::path(
    post, path = "/v1/pool_files/apply", operation_id = "apply_pool_file", tag = "Pool files",
    summary = "Apply a pool file",
    description = "Carries out the plan that was shown, in one transaction, or changes nothing: 409 `plan_changed` where something else would be done by now. Any error names the place in the file. The answer is the plan as it was carried out.",
    request_body = PoolFileOrder,
    responses(
        (status = 200, description = "What was changed.", body = PlannedPoolFile),
    ),
    extensions(("x-problems" = json!(["pool_file", "plan_changed", "name_taken", "number_taken", "number_in_use", "number_in_swap", "pool_has_campaign", "desk_taken", "phone_taken", "phone_remembers", "table_full", "received_cap_full", "opted_out", "no_device", "not_opted_in", "erasure_under_way", "not_found"]))),
)]
pub(crate) async fn apply(
    state: Data<ApiState>,
    who: Who,
    Json(order): Json<PoolFileOrder>,
) -> Result<HttpResponse> {
    let file = read(&order.toml)?;
    let community = community_of(&state, &who, &file).await?;
    let board = who.board(&state);
    let expected = ShownPlan {
        community,
        fingerprint: order.fingerprint,
        sight: sight(&who),
    };
    let plan = board.apply_planned(&file, expected).await?;
    let community = state.board.find_community(&file.community).await?;
    Ok(shown(&file, community.map(|c| c.id), plan))
}
