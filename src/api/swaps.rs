//! Swaps: every pair is moved off some numbers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ApiState;
use super::assignments::Place;
use super::auth::Who;
use super::json::{Json, given};
use super::page::{Page, Paging, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::id::{CommunityKind, NumberId, SwapId, SwapKind};
use crate::domain::pool::Region;
use crate::switchboard::swap::{Swap, SwapMove, SwapOrder, SwapPlan, SwapWhat};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSwap {
    /// The numbers that are to be empty. Give these, or `carrier`, or `region`.
    #[schema(max_items = 1000)]
    numbers: Option<Vec<NumberId>>,
    /// Every number that leaves by this carrier, but the desk and hubs.
    #[schema(example = json!(null))]
    carrier: Option<String>,
    /// Every number of this country, but the desk and hubs.
    #[schema(example = json!(null))]
    region: Option<String>,
    /// Whole seconds for which an old number still leads to the contact; two weeks where it is left out.
    #[schema(minimum = 0, maximum = 31_622_400, example = 1_209_600)]
    overlap_s: Option<i64>,
    /// What phones are told from the new number; `{name}` and `{until}` stand for the contact's name and the day until
    /// which the old number works. As the policy `swap_notice` says where it is left out; null for nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 480, example = "{name} has a new number, this one. The old one works until {until}.")]
    notice: Option<Option<String>>,
}

impl NewSwap {
    fn order(self) -> Result<SwapOrder> {
        let what = match (self.numbers, self.carrier, self.region) {
            (Some(numbers), None, None) => SwapWhat::Numbers(numbers),
            (None, Some(carrier), None) => SwapWhat::Carrier(carrier),
            (None, None, Some(region)) => match Region::parse(&region) {
                Some(region) => SwapWhat::Region(region),
                None => {
                    let detail = "`region`: allowed are two letters, as US";
                    return Err(Problem::invalid("region", detail));
                }
            },
            _ => {
                let detail = "say what is to be emptied by one of `numbers`, `carrier` and `region`";
                return Err(Problem::invalid("numbers", detail));
            }
        };
        Ok(SwapOrder {
            what,
            overlap_s: self.overlap_s,
            notice: self.notice,
        })
    }
}

/// `POST …/swaps`
#[utoipa::path(
    post, path = "/v1/communities/{community}/swaps", operation_id = "create_swap", tag = "Swaps",
    summary = "Move every pair off numbers",
    description = "Begins a swap; `GET …/swaps/{swap}` says how far it has come. Its numbers take no new pairs from now on. Each row on them gets the number that fits best on that member's phones; on the contact's phones nothing changes. For `overlap_s` the old number still leads to the contact. The same request again is the same swap: one that was paused or has failed goes on.",
    request_body = NewSwap,
    responses(
        (status = 202, description = "The swap, as it begins.", body = Swap),
        (status = 200, description = "The swap that empties the same numbers, which goes on.", body = Swap),
    ),
    extensions(("x-problems" = json!(["number_in_swap", "no_other_numbers", "swap_state"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    Json(new): Json<NewSwap>,
) -> Result<HttpResponse> {
    let (swap, is_new) = who.board(&state).start_swap(community.0, new.order()?).await?;
    Ok(match is_new {
        true => HttpResponse::Accepted().json(swap),
        false => HttpResponse::Ok().json(swap),
    })
}

/// `POST …/swaps/plan`
#[utoipa::path(
    post, path = "/v1/communities/{community}/swaps/plan", operation_id = "plan_swap", tag = "Swaps",
    summary = "Say what a swap would do",
    description = "Which rows would get which numbers, who would be told, and what cannot be moved, each with a sentence. Nothing is changed. A row whose number is taken before the swap comes to it gets another one then.",
    request_body = NewSwap,
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "The counts of the whole swap, and a page of its moves.", body = SwapPlan),
    ),
    extensions(("x-problems" = json!(["no_other_numbers", "answer_not_kept"]))),
)]
pub(crate) async fn plan(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(paging): Query<Paging<Place>>,
    Json(new): Json<NewSwap>,
) -> Result<HttpResponse> {
    let after = paging.cursor.map(|c| (c.0.0, c.0.1));
    let limit = usize::try_from(paging.limit.fetch() - 1).unwrap_or(1);
    let plan = state
        .board
        .plan_swap(community.0, new.order()?, after, limit)
        .await?;
    Ok(HttpResponse::Ok().json(plan))
}

/// `GET …/swaps`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/swaps", operation_id = "list_swaps", tag = "Swaps",
    summary = "List swaps",
    description = "Those that are over too; they are kept for ever.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Swap>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(paging): Query<Paging<SwapId>>,
) -> Result<HttpResponse> {
    let before = paging.cursor.map(|c| c.0);
    let found = state
        .board
        .swaps(community.0, before, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |swap| swap.id))
}

/// `GET …/swaps/{swap}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/swaps/{swap}", operation_id = "get_swap", tag = "Swaps",
    summary = "Get a swap",
    description = "`moved` of `total` rows are behind it. A number that is `retired` can be removed.",
    responses(
        (status = 200, description = "The swap.", body = Swap),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    swap: At<SwapKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.swap(community.0, swap.0).await?))
}

/// `GET …/swaps/{swap}/moves`
#[utoipa::path(
    get, path = "/v1/communities/{community}/swaps/{swap}/moves", operation_id = "list_swap_moves", tag = "Swaps",
    summary = "List what a swap has moved",
    description = "And what it could not move, or move back, each with a sentence.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, by member and old number.", body = Page<SwapMove>),
    ),
)]
pub(crate) async fn moves(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    swap: At<SwapKind>,
    Query(paging): Query<Paging<Place>>,
) -> Result<HttpResponse> {
    let after = paging.cursor.map(|c| (c.0.0, c.0.1));
    let found = state
        .board
        .swap_moves(community.0, swap.0, after, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |row| Place(row.member, row.from_id)))
}

/// `POST …/swaps/{swap}/pause`
#[utoipa::path(
    post, path = "/v1/communities/{community}/swaps/{swap}/pause", operation_id = "pause_swap", tag = "Swaps",
    summary = "Pause a swap",
    description = "It stops after the rows that are under way. What was moved stays, and its old numbers lead on as long as ever.",
    responses(
        (status = 200, description = "The swap.", body = Swap),
    ),
    extensions(("x-problems" = json!(["swap_state"]))),
)]
pub(crate) async fn pause(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    swap: At<SwapKind>,
) -> Result<HttpResponse> {
    let paused = who.board(&state).pause_swap(community.0, swap.0).await?;
    Ok(HttpResponse::Ok().json(paused))
}

/// `POST …/swaps/{swap}/resume`
#[utoipa::path(
    post, path = "/v1/communities/{community}/swaps/{swap}/resume", operation_id = "resume_swap", tag = "Swaps",
    summary = "Have a swap go on",
    description = "One that was paused goes on where it stood; one that has failed tries the rows again that are left.",
    responses(
        (status = 200, description = "The swap.", body = Swap),
    ),
    extensions(("x-problems" = json!(["swap_state", "number_in_swap"]))),
)]
pub(crate) async fn resume(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    swap: At<SwapKind>,
) -> Result<HttpResponse> {
    let resumed = who.board(&state).resume_swap(community.0, swap.0).await?;
    Ok(HttpResponse::Ok().json(resumed))
}

/// `POST …/swaps/{swap}/undo`
#[utoipa::path(
    post, path = "/v1/communities/{community}/swaps/{swap}/undo", operation_id = "undo_swap", tag = "Swaps",
    summary = "Undo a swap",
    description = "What it has moved goes back, as far as the old number is in service and free on that phone; what cannot is listed with a sentence. The numbers take new pairs again if they did before, and the new ones lead back for `overlap_s`. Who was not told yet is told nothing.",
    responses(
        (status = 200, description = "The swap.", body = Swap),
    ),
    extensions(("x-problems" = json!(["number_in_swap"]))),
)]
pub(crate) async fn undo(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    swap: At<SwapKind>,
) -> Result<HttpResponse> {
    let undone = who.board(&state).undo_swap(community.0, swap.0).await?;
    Ok(HttpResponse::Ok().json(undone))
}
