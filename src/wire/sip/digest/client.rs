//! Answering a carrier's challenge.

use super::super::message::Extra;
use super::params::{Params, push_quoted};
use super::{Algorithm, Proof};

/// What a server asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: Vec<u8>,
    nonce: Vec<u8>,
    opaque: Option<Vec<u8>>,
    algorithm: Algorithm,
    session: bool,
    named: bool,
    auth: bool,
    stale: bool,
}

impl Challenge {
    /// Reads one value of WWW-Authenticate or Proxy-Authenticate. None where it is not one that we can answer: another
    /// scheme, an unknown algorithm, `auth-int` alone, characters that could not be sent back.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let params = Params::parse(value)?;
        let clean = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|t| !t.chars().any(char::is_control));
        let (realm, nonce) = (params.get("realm")?, params.get("nonce")?);
        let opaque = params.get("opaque");
        if ![realm, nonce, opaque.unwrap_or_default()].into_iter().all(clean) {
            return None;
        }
        let (algorithm, session) = match params.get("algorithm") {
            Some(name) => Algorithm::parse(name)?,
            None => (Algorithm::Md5, false),
        };
        let auth = match params.get("qop") {
            Some(list) => {
                let auth = list
                    .split(|&b| b == b',')
                    .any(|q| q.trim_ascii().eq_ignore_ascii_case(b"auth"));
                if !auth {
                    return None;
                }
                true
            }
            None => false,
        };
        Some(Self {
            realm: realm.to_vec(),
            nonce: nonce.to_vec(),
            opaque: opaque.map(<[u8]>::to_vec),
            algorithm,
            session,
            named: params.get("algorithm").is_some(),
            auth,
            stale: params
                .get("stale")
                .is_some_and(|s| s.eq_ignore_ascii_case(b"true")),
        })
    }

    /// The strongest of several that can be answered. Not the topmost, as RFC 8760 section 2.4 proposes: the order is
    /// not protected, and whoever changes it must not choose the weakest.
    pub fn strongest(values: &[Vec<u8>]) -> Option<Self> {
        let all = values.iter().filter_map(|value| Self::parse(value));
        all.reduce(|best, next| {
            if next.algorithm > best.algorithm {
                next
            } else {
                best
            }
        })
    }

    /// Whether only the nonce was too old, and the password not refused.
    pub fn is_stale(&self) -> bool {
        self.stale
    }
}

/// A header for the next attempt. Goes into the request beside the others.
pub type Answer = Extra;

/// Why there is no answer to a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// None of the challenges is one that we understand.
    #[error("no challenge that is understood")]
    Unknown,
    /// The credentials have been tried and were refused.
    #[error("the credentials were refused")]
    Refused,
}

/// Credentials, and the challenge that they answered last: further requests use it again and count.
pub struct Account {
    username: String,
    password: String,
    last: Option<(Challenge, bool, u32)>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// Credentials that have not been used yet.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            last: None,
        }
    }

    /// Answers a 401 (`values` of WWW-Authenticate) or a 407 (`by_proxy`, of Proxy-Authenticate). `tried`: whether the
    /// request that was challenged had credentials of ours already; then only a stale nonce allows another try.
    /// `uri` is the request URI, `cnonce` random hexadecimal digits.
    pub fn answer(
        &mut self,
        values: &[Vec<u8>],
        by_proxy: bool,
        tried: bool,
        (method, uri): (&str, &str),
        cnonce: &str,
    ) -> Result<Answer, NoAnswer> {
        let challenge = Challenge::strongest(values).ok_or(NoAnswer::Unknown)?;
        if tried && !challenge.stale {
            self.last = None;
            return Err(NoAnswer::Refused);
        }
        let text = self.credentials(&challenge, 1, method, uri, cnonce);
        self.last = Some((challenge, by_proxy, 1));
        Ok(header(by_proxy, text))
    }

    /// Credentials for a further request, made from the last challenge without waiting for another.
    pub fn again(&mut self, (method, uri): (&str, &str), cnonce: &str) -> Option<Answer> {
        let (challenge, by_proxy, count) = self.last.take()?;
        // Without `auth` nothing counts, and a server may take a nonce but once.
        if !challenge.auth {
            return None;
        }
        let count = count.checked_add(1)?;
        let text = self.credentials(&challenge, count, method, uri, cnonce);
        self.last = Some((challenge, by_proxy, count));
        Some(header(by_proxy, text))
    }

    fn credentials(
        &self,
        challenge: &Challenge,
        count: u32,
        method: &str,
        uri: &str,
        cnonce: &str,
    ) -> String {
        let nc = format!("{count:08x}");
        let proof = Proof {
            algorithm: challenge.algorithm,
            session: challenge.session,
            username: self.username.as_bytes(),
            realm: &challenge.realm,
            password: self.password.as_bytes(),
            nonce: &challenge.nonce,
            method,
            uri: uri.as_bytes(),
            counted: challenge.auth.then_some((nc.as_bytes(), cnonce.as_bytes())),
            cnonce: cnonce.as_bytes(),
        };
        let mut out = String::from("Digest ");
        push_quoted(&mut out, "username", self.username.as_bytes());
        push_quoted(&mut out, ", realm", &challenge.realm);
        push_quoted(&mut out, ", nonce", &challenge.nonce);
        push_quoted(&mut out, ", uri", uri.as_bytes());
        push_quoted(&mut out, ", response", proof.response().as_bytes());
        // Servers older than the parameter are not sent it unless they named it themselves.
        if challenge.named {
            out.push_str(", algorithm=");
            out.push_str(challenge.algorithm.as_str());
            out.push_str(if challenge.session { "-sess" } else { "" });
        }
        if challenge.auth || challenge.session {
            push_quoted(&mut out, ", cnonce", cnonce.as_bytes());
        }
        if challenge.auth {
            out.push_str(", qop=auth, nc=");
            out.push_str(&nc);
        }
        if let Some(opaque) = &challenge.opaque {
            push_quoted(&mut out, ", opaque", opaque);
        }
        out
    }
}

fn header(by_proxy: bool, text: String) -> Answer {
    if by_proxy {
        Extra::ProxyAuthorization(text)
    } else {
        Extra::Authorization(text)
    }
}
