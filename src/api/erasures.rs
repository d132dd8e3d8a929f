//! One person's data: all of them, and none of them any more.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::path::At;
use super::problem::{Problem, Result};
use super::supervised::unmasked;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, CommunityKind, MemberKind};
use crate::switchboard::{Erased, ExportPlace, views};

/// The community of a document.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportedCommunity)]
#[allow(dead_code, reason = "only the document of the API reads it")]
pub(crate) struct InCommunity {
    /// Its id.
    id: CommunityId,
    /// What people call it.
    #[schema(example = "Riders")]
    name: String,
}

/// What is held about a member. Others stand in it by their ids and by the pool numbers that stand for them.
#[derive(Serialize, ToSchema)]
#[schema(as = MemberExport)]
#[allow(dead_code, reason = "only the document of the API reads it")]
pub(crate) struct Export {
    /// The name of this form.
    #[schema(example = "partyline-member-export-1")]
    format: String,
    /// When it was begun.
    exported_at: Timestamp,
    /// Where.
    community: InCommunity,
    /// Who, with their devices.
    member: views::Member,
    /// What they were called before, and who was called so: they, or somebody who became one with them.
    #[schema(value_type = Vec<Object>)]
    former_names: Vec<Value>,
    /// Their contacts, and the numbers that stand for these.
    #[schema(value_type = Vec<Object>)]
    contacts: Vec<Value>,
    /// What became of their assignments.
    #[schema(value_type = Vec<Object>)]
    contact_history: Vec<Value>,
    /// What became of their devices.
    #[schema(value_type = Vec<Object>)]
    device_history: Vec<Value>,
    /// Whom they block.
    #[schema(value_type = Vec<Object>)]
    blocks: Vec<Value>,
    /// What their phones agreed to.
    #[schema(value_type = Vec<Object>)]
    opt_ins: Vec<Value>,
    /// What their phones have stopped.
    #[schema(value_type = Vec<Object>)]
    opt_outs: Vec<Value>,
    /// When they last took their address book.
    #[schema(value_type = Vec<Object>)]
    address_book: Vec<Value>,
    /// Links to it.
    #[schema(value_type = Vec<Object>)]
    book_links: Vec<Value>,
    /// Texts from and to them, those in quarantine too, newest first.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<Value>,
    /// What came with those texts, in base64, as far as it is kept.
    #[schema(value_type = Vec<Object>)]
    media: Vec<Value>,
    /// Calls from and to them, newest first.
    #[schema(value_type = Vec<Object>)]
    calls: Vec<Value>,
}

/// `GET …/export`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/export", operation_id = "export_member", tag = "Consent",
    summary = "Export all data of a member",
    description = "One JSON document, written as it is read. It holds the member's own real numbers and no other's. An answer that breaks off is no whole JSON. Not for keys of scope `app`, nor for viewers; owners and operators who are signed in ask for real numbers (`X-Reveal: 1`), or are answered 403 `reveal_needed`: what texts and media say cannot be masked.",
    responses(
        (status = 200, description = "The document.", body = Export),
    ),
    extensions(("x-problems" = json!(["reveal_needed"]))),
)]
pub(crate) async fn export(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    unmasked(&req)?;
    let (board, community, member) = (state.board.clone(), community.0, member.0);
    let first = board
        .export_member(community, member, ExportPlace::first())
        .await?;
    let pieces = stream::unfold(Some((board, Ok(first))), move |state| async move {
        let (board, piece) = state?;
        match piece {
            Ok((text, next)) => {
                let after = match next {
                    Some(place) => {
                        let piece = board.export_member(community, member, place).await;
                        Some((board, piece))
                    }
                    None => None,
                };
                Some((Ok(Bytes::from(text)), after))
            }
            // The answer breaks off: it is no whole document.
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .streaming(pieces))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erase {
    /// The member's name, so that nobody is erased by a slip; of one who was removed, the id.
    #[schema(example = "Ann")]
    confirm: String,
}

/// `POST …/erase`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/erase", operation_id = "erase_member", tag = "Consent",
    summary = "Erase all data of a member",
    description = "Removes the member, and then what is held of their numbers, names and addresses and of what was said with them, from every table; at last the files of the database are written anew. Of others' messages and calls with them the record stays, without its text. In others' texts their numbers are found with the country's code, with or without separators; numbers written the national way, and what others say of them by name, are not looked for. One who was removed before is erased likewise, confirmed by id. A STOP of their phones, and the cool-down of numbers on them, hold on under a keyed hash. The answer comes when all is done, which takes as long as writing the whole database; texts wait meanwhile. One that is broken off goes on by itself. PostgreSQL's log and backups are the operator's: see docs/consent.md. Not for keys of scope `app`.",
    request_body = Erase,
    responses(
        (status = 200, description = "All is done.", body = Erased),
    ),
    extensions(("x-problems" = json!(["call_under_way", "import_under_way", "merged"]))),
)]
pub(crate) async fn erase(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(erase): Json<Erase>,
) -> Result<HttpResponse> {
    let (board, random) = (who.board(&state), (state.random)());
    let (community, member) = (community.0, member.0);
    // Were the caller to hang up, it would go on all the same.
    let erasing =
        tokio::spawn(async move { board.erase_member(community, member, erase.confirm, random).await });
    let erased = erasing.await.map_err(|_| Problem::internal())??;
    Ok(HttpResponse::Ok().json(erased))
}
