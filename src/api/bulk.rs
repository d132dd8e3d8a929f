//! Many contacts of one member at once.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ApiState;
use super::json::Json;
use super::path::At;
use super::problem::{Problem, Result};
use crate::domain::id::{CommunityKind, MemberId, MemberKind};
use crate::switchboard::BulkRow;
use crate::switchboard::views::Contact;

/// Most contacts in one request.
const MOST: usize = 1_000;

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    AllOrNothing,
    PerRow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContacts {
    contacts: Vec<MemberId>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    dry_run: bool,
}

/// What became of one row, or would.
#[derive(Serialize)]
struct Row {
    contact: MemberId,
    status: &'static str,
    /// As the member has it.
    view: Option<Contact>,
    problem: Option<Value>,
}

#[derive(Serialize)]
struct Rows {
    applied: bool,
    dry_run: bool,
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
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewContacts>,
) -> Result<HttpResponse> {
    if !(1..=MOST).contains(&new.contacts.len()) {
        let detail = format!("`contacts` has {}; allowed are 1 to {MOST}", new.contacts.len());
        return Err(Problem::invalid("contacts", detail));
    }
    let all_or_nothing = new.mode == Mode::AllOrNothing;
    let bulk = state
        .board
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
