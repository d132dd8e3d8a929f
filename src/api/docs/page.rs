//! The page: contents at the side, then every operation, then every schema.

use serde_json::Value;

use super::html::{blocks, escaped, inline};
use super::shape;
use super::style::STYLE;

/// The whole page.
pub(super) fn render(document: &Value) -> String {
    let info = &document["info"];
    let (mut contents, mut sections) = (String::new(), String::new());
    for tag in list(&document["tags"]) {
        let (name, about) = (text(tag, "name"), text(tag, "description"));
        let operations: Vec<Operation<'_>> = operations(document)
            .filter(|o| list(&o.value["tags"]).any(|t| t == name))
            .collect();
        let anchor = name.to_lowercase().replace(' ', "-");
        let entries: String = operations
            .iter()
            .map(|o| {
                format!(
                    "<li><a href=\"#{}\">{}</a></li>",
                    o.id(),
                    inline(text(o.value, "summary"))
                )
            })
            .collect();
        contents += &format!("<li><a href=\"#{anchor}\">{name}</a><ul>{entries}</ul></li>\n");
        let articles: String = operations.iter().map(|o| o.article(document)).collect();
        sections += &format!(
            "<section id=\"{anchor}\"><h2>{name}</h2>{}{articles}</section>\n",
            blocks(about)
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} {version}: API reference</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the text</a>\n\
         <nav aria-label=\"Contents\"><p class=\"brand\">{title} <span>{version}</span></p>\
         <ul><li><a href=\"#main\">Overview</a></li>\n{contents}\
         <li><a href=\"#schemas\">Schemas</a></li></ul></nav>\n\
         <main id=\"main\"><h1>{title} API</h1>{overview}\
         <p>The same for programs: <a href=\"/openapi.json\">openapi.json</a> (OpenAPI {openapi}).</p>\n\
         {sections}{schemas}</main>\n</body>\n</html>\n",
        title = escaped(text(info, "title")),
        version = escaped(text(info, "version")),
        overview = blocks(text(info, "description")),
        openapi = escaped(text(document, "openapi")),
        schemas = schemas(document),
    )
}

struct Operation<'d> {
    path: &'d str,
    method: &'d str,
    value: &'d Value,
    /// The broker asks, and whoever reads this answers.
    is_webhook: bool,
}

fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let all = [(&document["paths"], false), (&document["webhooks"], true)];
    all.into_iter().flat_map(|(items, is_webhook)| {
        entries(items).flat_map(move |(path, item)| {
            entries(item).map(move |(method, value)| Operation {
                path,
                method,
                value,
                is_webhook,
            })
        })
    })
}

impl Operation<'_> {
    fn id(&self) -> &str {
        text(self.value, "operationId")
    }

    fn article(&self, document: &Value) -> String {
        let (id, method) = (self.id(), self.method.to_uppercase());
        let body = &self.value["requestBody"]["content"]["application/json"];
        format!(
            "<article id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3>\n\
             <p class=\"line\"><span class=\"method {}\">{method}</span> <code>{}</code></p>\n{}{}{}\
             <h4>Request</h4>\n<pre tabindex=\"0\"><code>{}</code></pre>\n{}</article>\n",
            inline(text(self.value, "summary")),
            self.method,
            match self.is_webhook {
                true => format!("{} to your endpoint", escaped(self.path)),
                false => escaped(self.path).replace("/{", "<wbr>/{"),
            },
            blocks(text(self.value, "description")),
            self.parameters(document),
            match body["schema"].is_object() {
                true => format!(
                    "<h4>Body</h4>\n{}",
                    shape::fields(resolved(&body["schema"], document))
                ),
                false => String::new(),
            },
            escaped(&match self.is_webhook {
                true => self.posted(document, &body["example"]),
                false => self.curl(document, &body["example"]),
            }),
            self.responses(document),
        )
    }

    fn parameters(&self, document: &Value) -> String {
        let rows: String = list(&self.value["parameters"])
            .map(|p| resolved(p, document))
            .map(|p| shape::row(text(p, "name"), p["required"] == true, &p["schema"], p))
            .collect();
        match rows.is_empty() {
            true => String::new(),
            false => format!("<h4>Parameters</h4>\n{}", shape::table(&rows)),
        }
    }

    /// A command that does it, with the example's values.
    fn curl(&self, document: &Value, body: &Value) -> String {
        let mut path = self.path.to_owned();
        let mut query = Vec::new();
        for parameter in list(&self.value["parameters"]).map(|p| resolved(p, document)) {
            let (name, example) = (text(parameter, "name"), text(parameter, "example"));
            match (text(parameter, "in"), parameter["required"] == true) {
                ("path", _) => path = path.replace(&format!("{{{name}}}"), example),
                ("query", true) => query.push(format!("{name}={}", example.replace('+', "%2B"))),
                _ => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut command = match self.method {
            "get" => format!("curl \"$PARTYLINE{path}\""),
            method => format!("curl -X {} \"$PARTYLINE{path}\"", method.to_uppercase()),
        };
        if self.value["security"].is_null() {
            command += " \\\n  -H \"Authorization: Bearer $TOKEN\"";
        }
        if !body.is_null() {
            let body = serde_json::to_string_pretty(body)
                .unwrap_or_default()
                .replace('\'', "'\\''");
            command += &format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'");
        }
        command
    }

    /// What arrives, with the example's values.
    fn posted(&self, document: &Value, body: &Value) -> String {
        let mut lines = vec!["content-type: application/json".to_owned()];
        let parameters = list(&self.value["parameters"]).map(|p| resolved(p, document));
        lines.extend(parameters.map(|p| format!("{}: {}", text(p, "name"), text(p, "example"))));
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        format!("{}\n\n{body}", lines.join("\n"))
    }

    fn responses(&self, document: &Value) -> String {
        let (mut good, mut bad) = (String::new(), String::new());
        for (status, response) in entries(&self.value["responses"]) {
            let response = resolved(response, document);
            let problems = &response["content"]["application/problem+json"]["examples"];
            for (code, example) in entries(problems) {
                bad += &format!(
                    "<tr><td>{status}</td><th scope=\"row\"><code>{code}</code></th><td>{}</td></tr>\n",
                    inline(text(example, "summary"))
                );
            }
            if !problems.is_object() {
                good += &format!(
                    "<h4><span class=\"status\">{status}</span> {}</h4>\n",
                    inline(text(response, "description"))
                );
                good += &entries(&response["content"])
                    .map(|(_, media)| answer(media))
                    .collect::<String>();
            }
        }
        match self.is_webhook {
            true => good,
            false => format!("{good}<h4>Errors</h4>\n{}", shape::table(&bad)),
        }
    }
}

fn block(code: &str) -> String {
    format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped(code))
}

/// An answer's examples under the name of its schema.
fn answer(media: &Value) -> String {
    let name = media["schema"]["$ref"]
        .as_str()
        .and_then(|r| r.rsplit('/').next());
    let name = name
        .map(|name| format!("<p class=\"of\"><a href=\"#{name}\">{name}</a></p>"))
        .unwrap_or_default();
    let many = entries(&media["examples"]).map(|(_, example)| &example["value"]);
    let examples = media.get("example").into_iter().chain(many);
    let shown = examples.map(|example| match example {
        Value::String(text) => block(text),
        Value::Object(empty) if empty.is_empty() => String::new(),
        other => block(&serde_json::to_string_pretty(other).unwrap_or_default()),
    });
    format!("{name}{}", shown.collect::<String>())
}

fn schemas(document: &Value) -> String {
    let all = &document["components"]["schemas"];
    let articles: String = entries(all)
        .map(|(name, schema)| {
            let parts = list(&schema["allOf"]).map(|part| shape::fields(resolved(part, document)));
            let fields: String = match schema["allOf"].is_array() {
                true => parts.collect(),
                false => shape::fields(schema),
            };
            let example = match (&schema["properties"], schema["examples"].get(0).and_then(Value::as_str)) {
                (Value::Null, Some(example)) => format!("<p>Example: <code>{}</code></p>", escaped(example)),
                _ => String::new(),
            };
            let about = blocks(text(schema, "description"));
            format!("<article id=\"{name}\"><h3><a href=\"#{name}\">{name}</a></h3>{about}{fields}{example}</article>\n")
        })
        .collect();
    format!("<section id=\"schemas\"><h2>Schemas</h2>\n{articles}</section>\n")
}

fn resolved<'d>(value: &'d Value, document: &'d Value) -> &'d Value {
    let target = value["$ref"]
        .as_str()
        .and_then(|r| document.pointer(r.trim_start_matches('#')));
    target.unwrap_or(value)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'d>(value: &'d Value, name: &str) -> &'d str {
    value[name].as_str().unwrap_or_default()
}
