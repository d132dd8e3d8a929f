//! A provider of OpenID Connect, played by npm `oidc-provider` (see `oidc.mjs`), and a browser that goes there and back.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Response, StatusCode, Url};
use serde_json::{Value, json};

use super::json_lines::JsonChild;
use super::process::Spec;
use super::{Broker, HOW_TO_INSTALL, broker, find_program, peers_dir, ports, support_file};

pub const CLIENT: &str = "partyline";
pub const SECRET: &str = "a secret of the client, 0123456789";

/// Where the provider sends browsers back to.
pub const BACK: &str = "/v1/session/oidc/callback";

/// The running provider.
pub struct OidcProvider {
    child: JsonChild,
    port: u16,
}

impl OidcProvider {
    /// One that knows the broker that will listen at this address, and tells claims at its own door for them.
    pub async fn start(broker: &broker::Builder) -> OidcProvider {
        Self::start_with(broker, false).await
    }

    /// With `in_token`, claims stand in the token itself.
    pub async fn start_with(broker: &broker::Builder, in_token: bool) -> OidcProvider {
        let modules = peers_dir().join("oidc/node_modules");
        assert!(
            modules.join("oidc-provider").is_dir(),
            "npm `oidc-provider` is not in {}: {HOW_TO_INSTALL}",
            modules.display()
        );
        let [port] = ports::free_ports();
        let back = format!("http://{}{BACK}", broker.http_addr());
        let options = json!({
            "port": port,
            "in_token": in_token,
            "clients": [{ "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [back] }],
        });
        let spec = Spec::new("oidc-provider", find_program("node"))
            .args([
                support_file("oidc.mjs").display().to_string(),
                options.to_string(),
            ])
            .env("PEERS_NODE_MODULES", modules.display());
        let provider = OidcProvider {
            child: JsonChild::spawn(spec),
            port,
        };
        provider.listen().await;
        provider
    }

    /// By name and not by address: to browsers it is another site than the broker.
    pub fn issuer(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// What is known of somebody from now on.
    pub async fn account(&self, sub: &str, claims: Value) {
        let () = self
            .child
            .call("account", json!({ "sub": sub, "claims": claims }))
            .await;
    }

    /// Takes another key, and forgets the one of before.
    pub async fn rotate(&self) {
        let () = self.child.call("rotate", json!({})).await;
    }

    /// Cannot be reached any more.
    pub async fn close(&self) {
        let () = self.child.call("close", json!({})).await;
    }

    /// Can be reached.
    pub async fn listen(&self) {
        let () = self.child.call("listen", json!({})).await;
    }
}

/// The settings of a broker at this issuer, with more of them.
pub fn settings(broker: &broker::Builder, issuer: &str, more: &str) -> String {
    format!(
        "[http]\npublic_url = \"http://{}\"\nfailed_auths_per_minute = 0\n[oidc]\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT}\"\n\
         client_secret = \"{SECRET}\"\nname = \"Sign in with Example\"\n{more}\n",
        broker.http_addr()
    )
}

/// A path of the broker's, as browsers reach it.
pub fn at(broker: &Broker, path: &str) -> String {
    format!("http://{}{path}", broker.http_addr())
}

/// Roles by the claim `groups`.
pub const GROUPS: &str = "scopes = [\"openid\", \"email\", \"profile\", \"groups\"]\nrole_claim = \"groups\"\nroles = [\
    { value = \"owners\", role = \"owner\" }, { value = \"operators\", role = \"operator\" }, \
    { value = \"viewers\", role = \"viewer\" }]";

/// A browser: cookies, and redirects that are followed by hand.
pub struct Browser {
    client: reqwest::Client,
    /// By host and name: the path and the value. Ports make no difference, as in browsers.
    cookies: BTreeMap<(String, String), (String, String)>,
}

impl Browser {
    pub fn new() -> Browser {
        Browser {
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|((_, n), _)| n == name);
        found.map(|(_, (_, value))| value.as_str())
    }

    /// A cookie of the broker's, whatever it was.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        let place = ("127.0.0.1".to_owned(), name.to_owned());
        self.cookies.insert(place, ("/".into(), value.into()));
    }

    async fn ask(&mut self, method: Method, url: &Url, form: Option<&str>) -> Response {
        let host = url.host_str().unwrap().to_owned();
        let sent: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), (path, _))| *of == host && url.path().starts_with(path.as_str()))
            .map(|((_, name), (_, value))| format!("{name}={value}"))
            .collect();
        let mut request = self.client.request(method, url.clone());
        if !sent.is_empty() {
            request = request.header(COOKIE, sent.join("; "));
        }
        if let Some(form) = form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let attribute = |wanted: &str| {
                let mut all = attributes.split(';').filter_map(|one| one.trim().split_once('='));
                all.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                    .map(|(_, value)| value)
            };
            let place = (host.clone(), name.to_owned());
            if value.is_empty() || attribute("max-age") == Some("0") {
                self.cookies.remove(&place);
            } else {
                let path = attribute("path").unwrap_or("/").to_owned();
                self.cookies.insert(place, (path, value.to_owned()));
            }
        }
        answer
    }

    pub async fn get(&mut self, url: &str) -> Response {
        self.ask(Method::GET, &Url::parse(url).unwrap(), None).await
    }

    /// Presses the button; says where the provider sends the browser back to, after they have signed in there as `login`.
    pub async fn go(&mut self, broker: &Broker, login: &str) -> String {
        self.go_with(broker, &format!("login={login}")).await
    }

    /// The same with what is written into the provider's form.
    pub async fn go_with(&mut self, broker: &Broker, form: &str) -> String {
        let mut url = Url::parse(&at(broker, "/v1/session/oidc/start")).unwrap();
        for _ in 0..10 {
            let mut answer = self.ask(Method::GET, &url, None).await;
            if answer.status() == StatusCode::OK {
                assert!(url.path().starts_with("/interaction/"), "stranded at {url}");
                answer = self.ask(Method::POST, &url, Some(form)).await;
            }
            let status = answer.status();
            let Some(to) = answer.headers().get(LOCATION).cloned() else {
                panic!("{url} answered {status}: {}", answer.text().await.unwrap());
            };
            url = url.join(to.to_str().unwrap()).unwrap();
            if url.path() == BACK {
                return url.into();
            }
            assert!(!url.path().starts_with("/admin"), "sent back to {url}");
        }
        panic!("redirected without end, at last to {url}");
    }

    /// There and back; says how it ended.
    pub async fn sign_in(&mut self, broker: &Broker, login: &str) -> Ending {
        let back = self.go(broker, login).await;
        self.come_back(&back).await
    }

    /// Comes back from the provider by this URL.
    pub async fn come_back(&mut self, back: &str) -> Ending {
        let answer = self.get(back).await;
        ending(answer).await
    }

    /// Who is signed in, if anybody.
    pub async fn session(&mut self, broker: &Broker) -> Option<Value> {
        let answer = self.get(&at(broker, "/v1/session")).await;
        match answer.status() {
            StatusCode::OK => Some(answer.json().await.unwrap()),
            _ => None,
        }
    }
}

/// How a try to sign in ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    In,
    /// With the word for what went wrong.
    Out(String),
}

impl Ending {
    pub fn out(word: &str) -> Ending {
        Ending::Out(word.into())
    }
}

/// Reads the end of a try from the answer that the broker gave.
pub async fn ending(answer: Response) -> Ending {
    let header = |name: &str| {
        let value = answer.headers().get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    assert_eq!(
        (header("referrer-policy"), header("cache-control")),
        ("no-referrer".into(), "no-store".into())
    );
    let (status, location, policy) = (
        answer.status(),
        header("location"),
        header("content-security-policy"),
    );
    let page = answer.text().await.unwrap();
    match status {
        StatusCode::OK => {
            assert!(
                page.contains("url=../../../admin/\"") && policy.contains("default-src 'none'"),
                "{page}"
            );
            Ending::In
        }
        StatusCode::SEE_OTHER => {
            let word = location.strip_prefix("../../../admin/#/?oidc=");
            Ending::Out(word.unwrap_or_else(|| panic!("sent to {location}")).to_owned())
        }
        status => panic!("answered {status}: {page}"),
    }
}

/// Waits as long as the broker leaves a provider alone that could not be reached.
pub async fn pause() {
    tokio::time::sleep(Duration::from_millis(2_100)).await;
}
