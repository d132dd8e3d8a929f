//! Parameters that many operations share, by the names they have in paths and query strings.

use serde_json::{Value, json};

/// The parameter in the path of this name.
pub(super) fn in_path(name: &str) -> Option<Value> {
    let (schema, description) = match name {
        "community" => ("CommunityId", "The community."),
        "member" => ("MemberId", "The member or guest."),
        "device" => ("DeviceId", "The device."),
        "pool" => ("PoolId", "The pool."),
        "campaign" => ("CampaignId", "The campaign."),
        "number" => ("NumberId", "The pool number, by its id."),
        "message" => ("MessageId", "The message."),
        "key" => ("KeyId", "The key."),
        "endpoint" => ("EndpointId", "The callback endpoint."),
        "delivery" => ("DeliveryId", "The delivery."),
        "opt_in" => ("OptInId", "The opt-in."),
        "user" => ("UserId", "The user."),
        "swap" => ("SwapId", "The swap."),
        "opt_out" => ("OptOutId", "The opt-out."),
        "import" => ("ImportId", "The import."),
        "call" => ("CallId", "The call."),
        "leg" => ("LegId", "The call as this phone sees it."),
        "verification" => ("VerificationId", "The verification."),
        "book_link" => ("BookLinkId", "The link to an address book."),
        "token" => {
            let letters = json!({ "type": "string", "pattern": "^[a-z2-7]{32}$", "examples": ["mzxw6ytboi4tgmbrgezdgnbvgy3tqojq"] });
            return Some(path(name, "What makes the link private.", letters));
        }
        "phone" => ("E164", "The virtual phone; the plus as it is or as `%2B`."),
        "contact" => {
            let either = json!({ "oneOf": [reference("ContactId"), reference("MemberId")] });
            return Some(path(
                name,
                "The contact, by its own id or by the member who it is.",
                either,
            ));
        }
        _ => return None,
    };
    Some(path(name, description, reference(schema)))
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn path(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

/// The headers of all that is posted to apps.
pub(super) fn of_webhooks() -> Value {
    ["webhook_id", "webhook_timestamp", "webhook_signature"]
        .iter()
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect()
}

/// Those that are written once and referred to: component names with what they are.
pub(super) fn shared() -> Value {
    json!({
        "limit": {
            "name": "limit", "in": "query", "required": false,
            "description": "How many entries a page has.",
            "schema": { "type": "integer", "minimum": 1, "maximum": 500, "default": 50 },
        },
        "cursor": {
            "name": "cursor", "in": "query", "required": false,
            "description": "Where the page begins: the `next_cursor` of the page before. Leave it out for the first.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]+$" },
        },
        "if_none_match": {
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The `ETag` of what you have.",
            "schema": { "type": "string" },
        },
        "if_match": {
            "name": "If-Match", "in": "header", "required": false,
            "description": "The `ETag` of what you saw: the change is made only if it is still so, else the answer is 412.",
            "schema": { "type": "string" },
        },
        "idempotency_key": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A key of your own for this request. Repeat it with the same key as often as you like: it is done once, and answered alike with `Idempotent-Replayed: true`. Dry runs are not kept; of an answer above 64 KiB only how it ended is (409 `answer_not_kept`).",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
            "example": "order-4711",
        },
        "webhook_id": {
            "name": "webhook-id", "in": "header", "required": true,
            "description": "The same at every try: of an event its id, of a question that of the message.",
            "schema": { "type": "string" }, "example": "evt_1tq3v8r4w0801",
        },
        "webhook_timestamp": {
            "name": "webhook-timestamp", "in": "header", "required": true,
            "description": "When it was signed, in seconds since 1970. Refuse what is more than five minutes off.",
            "schema": { "type": "string", "pattern": "^[0-9]+$" }, "example": "1768469400",
        },
        "webhook_signature": {
            "name": "webhook-signature", "in": "header", "required": true,
            "description": "For each secret of the endpoint `v1,` and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`; with blanks between while secrets are rotated. It is enough that one fits.",
            "schema": { "type": "string" }, "example": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
    })
}
