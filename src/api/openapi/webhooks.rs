//! What the broker posts to apps, from the types that it writes: events, and questions with their answers. They stand
//! in the document as its `webhooks`, and the schema `Event` is any of the events.

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::{examples, parameters};
use crate::switchboard::told::{
    Asked, AssignmentCreated, AssignmentMoved, AssignmentReleased, CallAnswered, CallEnded, CallRinging,
    EndpointTest, MemberErased, MessageHeld, MessageIntercept, MessageReceived, MessageStatus, OptOutChanged,
    QuarantineHeld, Question, StrangerCalling, StrangerNotConnected, StrangerUnknown, TableNearlyFull, Told,
};
use crate::switchboard::{AppWord, Event};

/// The tag under which they stand.
pub(super) const TAG: (&str, &str) = (
    "Webhooks",
    "What the broker posts to the `url` of a callback endpoint, signed by the rules of Standard Webhooks: verify the \
     signature over the bytes of the body before anything reads them. Events come at least once, those of one pair in \
     their order; drop those whose `id` you know. More kinds may come: answer 204 to those that you do not know.",
);

/// Something that apps are sent.
struct Sent {
    /// Its `type`.
    word: &'static str,
    summary: &'static str,
    /// Its data, in the schemas.
    data: String,
    /// The data's schema and all that it refers to.
    schemas: Vec<(String, RefOr<Schema>)>,
    /// What an example has otherwise than its schema's.
    example: Value,
}

fn of<T: ToSchema>(word: &'static str, summary: &'static str, example: Value) -> Sent {
    let data = T::name().into_owned();
    let mut schemas = vec![(data.clone(), T::schema())];
    T::schemas(&mut schemas);
    Sent {
        word,
        summary,
        data,
        schemas,
        example,
    }
}

fn event<T: Told>(summary: &'static str, example: Value) -> Sent {
    of::<T>(T::KIND.word(), summary, example)
}

fn question<T: Asked>(summary: &'static str, example: Value) -> Sent {
    of::<T>(T::KIND.word(), summary, example)
}

/// What a text that a member's phone sent has otherwise than one of an app.
fn from_a_phone() -> Value {
    json!({ "origin": "phone", "dialled_number": "+15005550101" })
}

/// Every kind of event. A test compares them with `EventKind`.
fn events() -> Vec<Sent> {
    let texted = from_a_phone();
    let held = json!({ "origin": "phone", "dialled_number": "+15005550101", "shown_number": null,
        "status": "quarantined", "reason": "pair_released", "text": "Are you still there?" });
    vec![
        event::<MessageReceived<'_>>("A text is on its way to a member", json!({ "message": texted })),
        event::<MessageHeld<'_>>("A text waits for its recipient's texting hours", json!({})),
        event::<TableNearlyFull>("A member's table is nearly full", json!({})),
        event::<MemberErased>("A member's data were erased", json!({})),
        event::<MessageStatus<'_>>(
            "A text's status changed",
            json!({ "message": { "status": "delivered" } }),
        ),
        event::<AssignmentCreated<'_>>("A pair got its numbers", json!({})),
        event::<AssignmentReleased<'_>>("A pair lost its numbers", json!({})),
        event::<AssignmentMoved<'_>>("A pair has another number on one member's phones", json!({})),
        event::<OptOutChanged>("A phone sent STOP, STOPALL or START", json!({})),
        event::<QuarantineHeld<'_>>(
            "A text was held because its pair is released",
            json!({ "message": held }),
        ),
        event::<CallRinging<'_>>(
            "A phone rings for a call",
            json!({ "call": { "state": "ringing", "cause": null, "ended_by": null, "sip_status": null,
                "answered_at": null, "ended_at": null, "duration_s": null, "quality": null } }),
        ),
        event::<CallAnswered<'_>>(
            "A call was answered",
            json!({ "call": { "state": "answered", "cause": null, "ended_by": null, "sip_status": null,
                "ended_at": null, "duration_s": null, "quality": null } }),
        ),
        event::<CallEnded<'_>>(
            "A call is over",
            json!({ "call": { "state": "ended", "sip_status": 200 } }),
        ),
        event::<StrangerNotConnected<'_>>("A stranger could not be connected as the app wanted", json!({})),
        event::<EndpointTest>("An endpoint is tried out", json!({})),
    ]
}

/// Something that apps are asked.
struct Query {
    sent: Sent,
    about: &'static str,
    /// Which of an app's words answer it.
    words: &'static [&'static str],
}

/// Every kind of question.
fn questions() -> Vec<Query> {
    let stranger = json!({ "origin": "phone", "from": null, "to": null, "dialled_number": "+15005550101",
        "shown_number": null, "text": "Is this Ann?" });
    let calling = json!({ "state": "ringing", "from": null, "to": null, "shown_number": null, "cause": null,
        "ended_by": null, "sip_status": null, "trunk_out": null, "ringing_at": null, "answered_at": null,
        "ended_at": null, "duration_s": null, "quality": null });
    vec![
        Query {
            sent: question::<MessageIntercept<'_>>(
                "May this text be bridged?",
                json!({ "message": from_a_phone() }),
            ),
            about: "Asked of the endpoint that `intercepts`, before a text between members is bridged; the text waits, \
                    in its place, for `intercept_within_ms`. Without an answer the policy `intercept_on_silence` decides.",
            words: &["allow", "rewrite", "deny"],
        },
        Query {
            sent: question::<StrangerUnknown<'_>>("Who sent this text?", json!({ "message": stranger })),
            about: "Asked of the endpoint that has `strangers`, when a phone that is no member's texts a pool number. \
                    `connect` makes a guest of them, and a contact of `to` on the number that they texted. Without an \
                    answer they are met as the policy meets strangers.",
            words: &["connect", "deny"],
        },
        Query {
            sent: question::<StrangerCalling<'_>>("Who calls?", json!({ "call": calling })),
            about: "Asked of the endpoint that has `strangers`, when a phone that is no member's calls a pool number and \
                    tells its number; the call waits for `intercept_within_ms`, and for 4 s at most. `connect` makes a \
                    guest of them, and a contact of `to` on the number that they called, whose phone then rings. Without \
                    an answer the call is refused, as it is where an app is asked about many calls already.",
            words: &["connect", "deny"],
        },
    ]
}

impl Sent {
    /// `MessageReceived` of `MessageReceivedData`.
    fn stem(&self) -> &str {
        self.data.strip_suffix("Data").unwrap_or(&self.data)
    }

    /// The whole body: the envelope with this kind and this data.
    fn body(&self, envelope: &Value, name: &str) -> (String, Value) {
        let mut body = envelope.clone();
        let about = json!({ "type": "string", "const": self.word, "description": "What it is." });
        let end = if self.summary.ends_with('?') { "" } else { "." };
        body["description"] = json!(format!("{}{end}", self.summary));
        body["properties"]["type"] = about;
        body["properties"]["data"] = reference(&self.data);
        (format!("{}{name}", self.stem()), body)
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn envelope<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

/// Any of these bodies, told apart by a field of theirs.
fn any(about: &str, by: &str, bodies: &[(&str, String)]) -> Value {
    let place = |name: &str| format!("#/components/schemas/{name}");
    json!({
        "description": about,
        "oneOf": bodies.iter().map(|(_, name)| reference(name)).collect::<Value>(),
        "discriminator": {
            "propertyName": by,
            "mapping": bodies.iter().map(|(word, name)| ((*word).to_owned(), json!(place(name)))).collect::<Map<_, _>>(),
        },
    })
}

/// An app's words: the name and the schema of each answer.
fn words() -> Vec<(String, Value)> {
    let all = envelope::<AppWord>();
    let choices = all["oneOf"].as_array().cloned().unwrap_or_default();
    let named = choices.into_iter().map(|mut choice| {
        let word = choice["properties"]["action"]["enum"][0].take();
        let mut properties = json!({
            "action": { "type": "string", "const": word, "description": "The word." },
        });
        if let Some(others) = choice["properties"].as_object() {
            let others = others.iter().filter(|(name, _)| *name != "action");
            others.for_each(|(name, schema)| properties[name] = schema.clone());
        }
        choice["properties"] = properties;
        choice["additionalProperties"] = json!(false);
        let word = word.as_str().unwrap_or_default().to_owned();
        (answer_name(&word), choice)
    });
    named.collect()
}

/// Whether the schema of this name is what an app says.
pub(super) fn is_said_by_apps(name: &str) -> bool {
    words().iter().any(|(word, _)| word == name)
}

/// `AllowAnswer` of `allow`.
fn answer_name(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    format!("{}{rest}Answer", first.to_uppercase())
}

/// Adds the schemas of all that is sent and answered.
pub(super) fn add_schemas(schemas: &mut Value) {
    let (events, questions) = (events(), questions());
    let mut told = Vec::new();
    for sent in &events {
        let (name, body) = sent.body(&envelope::<Event>(), "Event");
        schemas[&name] = body;
        told.push((sent.word, name));
    }
    let about = "What happened, as apps read it: the body of a callback, and of an item of the event stream.";
    schemas["Event"] = any(about, "type", &told);
    for (name, schema) in words() {
        schemas[name] = schema;
    }
    let mut asked = Vec::new();
    for Query { sent, words, .. } in &questions {
        let (name, body) = sent.body(&envelope::<Question<()>>(), "Question");
        schemas[&name] = body;
        let about = "What an app says to it. What is not understood is as good as no answer.";
        let answers: Vec<_> = words.iter().map(|word| (*word, answer_name(word))).collect();
        schemas[format!("{}Answer", sent.stem())] = any(about, "action", &answers);
        asked.push((sent.word, name));
    }
    let about = "What an app is asked, while a text or a call waits for its answer.";
    schemas["Question"] = any(about, "type", &asked);
    let all = events
        .into_iter()
        .chain(questions.into_iter().map(|question| question.sent));
    for (name, schema) in all.flat_map(|sent| sent.schemas) {
        if schemas.get(&name).is_none() {
            schemas[name] = serde_json::to_value(schema).unwrap_or_default();
        }
    }
}

/// The operations, by the `type` of what is sent; `root` is the document, with its schemas.
pub(super) fn all(root: &Value) -> Value {
    let mut all = Map::new();
    for sent in events() {
        let about = "The body is an Event, as on the event stream. Whatever it is told, the broker needs nothing but a \
                     status: the body of the answer is kept with the delivery, for you to look at.";
        let operation = operation(&sent, "Event", about, told_answers(), root);
        all.insert(sent.word.to_owned(), json!({ "post": operation }));
    }
    for question in questions() {
        let answers = asked_answers(&question, root);
        let operation = operation(&question.sent, "Question", question.about, answers, root);
        all.insert(question.sent.word.to_owned(), json!({ "post": operation }));
    }
    all.into()
}

/// Gives the event stream an example of two events as it has them.
pub(super) fn show_stream(document: &mut Value) {
    let one = |word: &str| {
        let event =
            &document["webhooks"][word]["post"]["requestBody"]["content"]["application/json"]["example"];
        let id = event["id"].as_str().unwrap_or_default();
        format!("id: {id}\nevent: {word}\ndata: {event}\n\n")
    };
    let example = one("message.received") + &one("message.status");
    let answer = &mut document["paths"]["/v1/events"]["get"]["responses"]["200"];
    answer["content"]["text/event-stream"]["example"] = json!(example);
}

fn operation(sent: &Sent, name: &str, about: &str, responses: Value, root: &Value) -> Value {
    let schema = reference(&format!("{}{name}", sent.stem()));
    let mut example = examples::of(&schema, root);
    overlay(&mut example["data"], &sent.example);
    json!({
        "operationId": format!("on_{}", sent.word.replace('.', "_")),
        "tags": [TAG.0],
        "summary": sent.summary,
        "description": about,
        "security": [],
        "parameters": parameters::of_webhooks(),
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema, "example": example } } },
        "responses": responses,
    })
}

fn told_answers() -> Value {
    json!({
        "2XX": { "description": "You have it. Anything from 200 to 299 will do." },
        "410": { "description": "You want no more: the endpoint is disabled, and what waits for it is given up." },
        "429": { "description": "Later: it comes again after `Retry-After`, within a day.", "headers": later() },
        "503": { "description": "Later: it comes again after `Retry-After`, within a day.", "headers": later() },
        "default": { "description":
            "You do not have it, and it comes again, after growing waits, for a day and a half (`callbacks.retry_s`, \
             `callbacks.give_up_after_s`); so it does when there is no answer within `callbacks.timeout_s`. 307 and 308 are \
             followed." },
    })
}

fn later() -> Value {
    json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } })
}

fn asked_answers(question: &Query, root: &Value) -> Value {
    let name = format!("{}Answer", question.sent.stem());
    let shown = question.words.iter().map(|word| {
        let choice = &root["components"]["schemas"][answer_name(word)];
        let (about, value) = (&choice["description"], examples::of(choice, root));
        ((*word).to_owned(), json!({ "summary": about, "value": value }))
    });
    json!({
        "200": {
            "description": "Your word.",
            "content": { "application/json": { "schema": reference(&name), "examples": shown.collect::<Map<_, _>>() } },
        },
        "default": { "description": "No word: the policy decides." },
    })
}

/// Puts what the patch has over the value, object by object.
fn overlay(value: &mut Value, patch: &Value) {
    match (value, patch) {
        (Value::Object(whole), Value::Object(patch)) => {
            for (name, patch) in patch {
                overlay(whole.entry(name).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch.clone(),
    }
}
