//! Many contacts of one member at once.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::path::At;
use super::problem::{Problem, Result};
use crate::domain::id::{CommunityKind, MemberId, MemberKind};
use crate::switchboard::BulkRow;
use crate::switchboard::views::Contact;
use crate::switchboard::words;

/// Most contacts in one request.
const MOST: usize = 1_000;

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = BulkMode)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    AllOrNothing,
    PerRow,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContacts {
    /// The members or guests who become contacts.
    #[schema(min_items = 1, max_items = 1_000)]
    contacts: Vec<MemberId>,
    /// What happens when some cannot be.
    #[serde(default)]
    #[schema(inline, value_type = Mode, example = "all_or_nothing")]
    mode: Mode,
    /// Say what would be; write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What became of one row, or would.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkRow)]
struct Row {
    /// Who was to become a contact.
    contact: MemberId,
    /// What became of it.
    #[schema(value_type = words::RowWord, inline)]
    status: &'static str,
    /// As the member has it.
    view: Option<Contact>,
    /// Why it cannot be.
    #[schema(value_type = Option<super::openapi::Problem>)]
    problem: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BulkResult)]
struct Rows {
    /// Something was written.
    applied: bool,
    /// As asked.
    dry_run: bool,
    /// In the order in which they were given.
    rows: Vec<Row>,
}

fn row(row: BulkRow) -> Row {
    let (status, view, problem) = match row.outcome {
        Ok((contact, true)) => ("created", Some(contact), None),
        Ok((contact, false)) => ("existing", Some(contact), None),
        Err(error) => {
            let problem = Problem::from(error).body(None);
            ("failed", None, Some(problem))
        }
    };
    Row {
        contact: row.contact,
        status,
        view,
        problem,
    }
}

/// `POST …/members/{member}/contacts/bulk`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/contacts/bulk", operation_id = "create_contacts", tag = "Contacts",
    summary = "Add many contacts",
    description = "Up to 1,000, and up to 100 with `all_or_nothing` or `dry_run`. With `mode` `all_or_nothing` nothing is written unless every row can be; with `per_row` each for itself, some in a transaction: after an error of the database repeat it, and what is made already is `existing`. With `dry_run` nothing is written, and the answer says what would be.",
    request_body = NewContacts,
    responses(
        (status = 200, description = "What became of each row, or would.", body = Rows),
    ),
    extensions(("x-problems" = json!(["rows_failed", "answer_not_kept"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewContacts>,
) -> Result<HttpResponse> {
    if !(1..=MOST).contains(&new.contacts.len()) {
        let detail = format!("`contacts` has {}; allowed are 1 to {MOST}", new.contacts.len());
        return Err(Problem::invalid("contacts", detail));
    }
    let all_or_nothing = new.mode == Mode::AllOrNothing;
    let bulk = who
        .board(&state)
        .add_contacts(community.0, member.0, new.contacts, all_or_nothing, new.dry_run)
        .await?;
    let rows: Vec<Row> = bulk.rows.into_iter().map(row).collect();
    let failed = rows.iter().filter(|r| r.problem.is_some()).count();
    if all_or_nothing && failed > 0 && !new.dry_run {
        let detail = format!(
            "{failed} of {} rows cannot be, so nothing was written",
            rows.len()
        );
        return Err(Problem::new(StatusCode::CONFLICT, "rows_failed", detail).with("rows", json!(rows)));
    }
    Ok(HttpResponse::Ok().json(Rows {
        applied: bulk.applied,
        dry_run: new.dry_run,
        rows,
    }))
}
