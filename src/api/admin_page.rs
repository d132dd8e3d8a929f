//! The admins' window at `/admin`: the files of `admin-ui/dist`, embedded in release builds and read from the folder in
//! debug builds. Without them a page says how to build them.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use rust_embed::RustEmbed;

use super::ApiState;
use super::observe;
use super::problem::{Problem, Result};

#[derive(RustEmbed)]
#[folder = "admin-ui/dist"]
#[allow_missing = true]
struct Files;

/// What stands in the page for the nonce.
const PLACE: &str = "__NONCE__";

/// Shown where the files were not there when this was built.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Partyline</title>\n\
<h1>The admin pages are not built</h1>\n\
<p>Run <code>make admin-ui</code> (it needs Node.js), build the broker again, and reload this page. \
Everything can also be done by the <a href=\"/docs\">API</a> and the command line.</p>\n</html>\n";

/// Puts the pages into an application, before the API, which answers at every path.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/admin")
            .wrap(from_fn(observe::observe))
            .route(web::get().to(redirect)),
    )
    .service(
        web::resource("/admin/{path:.*}")
            .wrap(from_fn(observe::observe))
            .route(web::get().to(serve))
            .route(web::head().to(serve)),
    );
}

/// Links of the page are relative to a folder.
async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/admin/"))
        .finish()
}

async fn serve(state: Data<ApiState>, req: HttpRequest) -> Result<HttpResponse> {
    let path = req.match_info().get("path").unwrap_or_default();
    let is_file = path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|n| n.contains('.'));
    if !is_file || path == "index.html" {
        let nonce = BASE64URL_NOPAD.encode((state.random)().get(..18).unwrap_or_default());
        let page = Files::get("index.html").map(|file| String::from_utf8_lossy(&file.data).into_owned());
        return Ok(index(page.as_deref().unwrap_or(NOT_BUILT), &nonce));
    }
    let not_found = || {
        Problem::new(
            actix_web::http::StatusCode::NOT_FOUND,
            "no_such_path",
            "there is no such file among the admin pages",
        )
    };
    // The folder is read in debug builds: nothing outside of it.
    if path.split('/').any(|part| part == "..") {
        return Err(not_found());
    }
    let file = Files::get(path).ok_or_else(not_found)?;
    let kept = match path.starts_with("assets/") {
        // Their names hold a hash of what they are.
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut answer = HttpResponse::Ok()
        .content_type(kind(path))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(file.data.into_owned());
    guard(&mut answer, "");
    Ok(answer)
}

/// The page with a nonce of its own.
fn index(page: &str, nonce: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page.replace(PLACE, nonce));
    guard(&mut answer, nonce);
    answer
}

/// Scripts and styles from here alone, and nobody frames it.
fn policy(nonce: &str) -> String {
    let own = match nonce {
        "" => "'self'".to_owned(),
        nonce => format!("'self' 'nonce-{nonce}'"),
    };
    format!(
        "default-src 'none'; script-src {own}; style-src {own}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn guard(answer: &mut HttpResponse, nonce: &str) {
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("no-referrer"),
    );
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn the_nonce_stands_in_the_page_and_in_the_policy() {
        let answer = index(
            "<script nonce=\"__NONCE__\"></script><style nonce=\"__NONCE__\">",
            "abc",
        );
        let policy = answer.headers().get("content-security-policy").unwrap();
        assert!(
            policy
                .to_str()
                .unwrap()
                .contains("script-src 'self' 'nonce-abc';")
        );
        let page = to_bytes(answer.into_body()).await.unwrap();
        assert_eq!(page, "<script nonce=\"abc\"></script><style nonce=\"abc\">");
    }
}
