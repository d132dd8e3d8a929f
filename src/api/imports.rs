//! Files of members or contacts, as jobs that are polled.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::page::{Page, Paging, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::id::{CommunityKind, ImportId, ImportKind as IdKind};
use crate::domain::pool::Region;
use crate::switchboard::{self, Import, RefusedRow};

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = NewImportKind)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Members,
    Contacts,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = NewImportFormat)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = NewImportMode)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    PerRow,
    AllOrNothing,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImport {
    /// What the rows are.
    #[schema(inline)]
    kind: Kind,
    /// How they are written: CSV with a header, or a JSON object a line.
    #[schema(inline)]
    format: Format,
    /// The file. Of members: `name`, and if wanted `phone` (several with `;` between), `reference`, `guest`. Of contacts:
    /// `member` and `contact`, each an id, a phone or a reference.
    #[schema(example = "name,phone\nAnn,+14155550101\n")]
    content: String,
    /// What the file is called: another file under the name of one that was broken off is refused.
    #[schema(example = "members.csv", min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Whether rows stand for themselves.
    #[serde(default)]
    #[schema(inline, value_type = Mode, example = "per_row")]
    mode: Mode,
    /// Say what would be; add nothing.
    #[serde(default)]
    dry_run: bool,
    /// Where phones without a country code are at home, by two letters.
    #[schema(example = "US")]
    region: Option<String>,
    /// Begin anew where this file, or another of its name, was broken off.
    #[serde(default)]
    restart: bool,
}

/// `POST …/imports`
#[utoipa::path(
    post, path = "/v1/communities/{community}/imports", operation_id = "create_import", tag = "Imports",
    summary = "Import members or contacts",
    description = "Begins a job; `GET …/imports/{import}` says how far it has come. The body is bounded as all are (`http.max_body_bytes`); `partyline import` takes files of any length. Where a job was broken off, as by a restart, or has failed, the same request goes on where it stopped; a dry run, and all or nothing, begin anew. While a job goes on, the same request is that job. See `docs/operations.md` for columns and reasons.",
    request_body = NewImport,
    responses(
        (status = 202, description = "The import, as it begins.", body = Import),
    ),
    extensions(("x-problems" = json!(["import_changed", "import_elsewhere", "too_many_imports"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    Json(new): Json<NewImport>,
) -> Result<HttpResponse> {
    let region = match new.region {
        None => None,
        Some(text) => match Region::parse(&text) {
            Some(region) => Some(region),
            None => {
                return Err(Problem::invalid(
                    "region",
                    "`region`: allowed are two letters, as US",
                ));
            }
        },
    };
    let order = switchboard::ImportOrder {
        community: community.0,
        kind: match new.kind {
            Kind::Members => switchboard::ImportKind::Members,
            Kind::Contacts => switchboard::ImportKind::Contacts,
        },
        format: match new.format {
            Format::Csv => switchboard::ImportFormat::Csv,
            Format::Jsonl => switchboard::ImportFormat::JsonLines,
        },
        region,
        all_or_nothing: new.mode == Mode::AllOrNothing,
        however_long: false,
        dry_run: new.dry_run,
        restart: new.restart,
        name: new.name,
        source: Arc::new(bytes::Bytes::from(new.content)),
    };
    let import = who.board(&state).start_import(order).await?;
    Ok(HttpResponse::Accepted().json(import))
}

/// `GET …/imports`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/imports", operation_id = "list_imports", tag = "Imports",
    summary = "List imports",
    description = "Those of `partyline import` too, which goes on beside the broker.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Import>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(paging): Query<Paging<ImportId>>,
) -> Result<HttpResponse> {
    let before = paging.cursor.map(|c| c.0);
    let found = state
        .board
        .imports(community.0, before, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |import| import.id))
}

/// `GET …/imports/{import}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/imports/{import}", operation_id = "get_import", tag = "Imports",
    summary = "Get an import",
    description = "`done` of `size` bytes are behind it. While it is `running`, the figures grow.",
    responses(
        (status = 200, description = "The import.", body = Import),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    import: At<IdKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.import(community.0, import.0).await?))
}

/// `GET …/imports/{import}/refused_rows`
#[utoipa::path(
    get, path = "/v1/communities/{community}/imports/{import}/refused_rows", operation_id = "list_refused_rows", tag = "Imports",
    summary = "List the refused rows of an import",
    description = "Telephone numbers in the sentences are masked.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, in the order of the lines.", body = Page<RefusedRow>),
    ),
)]
pub(crate) async fn refused(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    import: At<IdKind>,
    Query(paging): Query<Paging<i64>>,
) -> Result<HttpResponse> {
    let after = paging.cursor.map_or(0, |c| c.0);
    let found = state
        .board
        .refused_rows(community.0, import.0, after, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |row| row.line))
}
