//! A provider of OpenID Connect that says whatever it is told to, as a correct one never would.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use ring::{hmac, signature};
use serde_json::{Value, json};

use super::oidc::CLIENT;
use super::receiver::{Hit, Receiver, Reply};

/// A key with its id.
pub struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

impl Key {
    pub fn new(id: &str) -> Key {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Key {
            id: id.to_owned(),
            pair: EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap(),
        }
    }

    /// Its public half: a sign, and two numbers of 32 bytes.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn shown(&self) -> Value {
        let number = |range| BASE64URL_NOPAD.encode(&self.public()[range]);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.id, "x": number(1..33), "y": number(33..65) })
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        let signed: signature::Signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        signed.as_ref().to_vec()
    }
}

/// How a token is signed.
pub enum Seal<'k> {
    /// As it should be, by this key.
    Key(&'k Key),
    /// Not at all.
    None,
    /// With a secret that both sides know, or think so.
    Shared(&'k [u8]),
}

fn part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// A token with these claims.
pub fn token(claims: &Value, seal: &Seal<'_>) -> String {
    let header = match seal {
        Seal::Key(key) => json!({ "alg": "ES256", "kid": key.id }),
        Seal::None => json!({ "alg": "none" }),
        Seal::Shared(_) => json!({ "alg": "HS256" }),
    };
    let told = format!("{}.{}", part(&header), part(claims));
    let sealed = match seal {
        Seal::Key(key) => key.sign(&told),
        Seal::None => Vec::new(),
        Seal::Shared(secret) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&key, told.as_bytes()).as_ref().to_vec()
        }
    };
    format!("{told}.{}", BASE64URL_NOPAD.encode(&sealed))
}

/// The running provider.
pub struct Forger {
    receiver: Receiver,
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    /// What stands in the answer for a code beside the other token.
    token: Value,
    keys: Vec<Value>,
    /// How it answers who asks for more, and with what.
    more: (u16, Value),
    /// Another name for itself than the one by which it is asked.
    issuer: Option<String>,
}

impl Forger {
    /// One that shows this key.
    pub async fn start(key: &Key) -> Forger {
        Self::at(Receiver::start().await, key)
    }

    /// One that speaks TLS.
    pub async fn start_tls(key: &Key, tls: rustls::ServerConfig) -> Forger {
        Self::at(Receiver::start_tls(tls).await, key)
    }

    fn at(receiver: Receiver, key: &Key) -> Forger {
        let forger = Forger {
            receiver,
            said: Arc::default(),
        };
        forger.say_more(404, json!({}));
        forger.show(&[key]);
        let (issuer, said) = (forger.issuer(), forger.said.clone());
        forger.receiver.answers(move |hit: &Hit| {
            let said = said.lock().unwrap();
            let body = match hit.path.as_str() {
                "/.well-known/openid-configuration" => json!({
                    "issuer": said.issuer.as_ref().unwrap_or(&issuer),
                    "authorization_endpoint": format!("{issuer}/auth"),
                    "token_endpoint": format!("{issuer}/token"),
                    "userinfo_endpoint": format!("{issuer}/me"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                }),
                "/keys" => json!({ "keys": said.keys }),
                "/token" => said.token.clone(),
                "/me" => said.more.1.clone(),
                _ => return Reply::status(404),
            };
            let status = if hit.path == "/me" { said.more.0 } else { 200 };
            Reply::status(status)
                .header("content-type", "application/json")
                .body(&body.to_string())
        });
        forger
    }

    pub fn issuer(&self) -> String {
        self.receiver.url("")
    }

    /// Which keys it shows from now on.
    pub fn show(&self, keys: &[&Key]) {
        self.said.lock().unwrap().keys = keys.iter().map(|key| key.shown()).collect();
    }

    /// How it calls itself from now on.
    pub fn call_itself(&self, issuer: &str) {
        self.said.lock().unwrap().issuer = Some(issuer.to_owned());
    }

    /// What it gives for a code from now on.
    pub fn give(&self, id_token: Option<String>) {
        let mut answer = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 600 });
        if let Some(id_token) = id_token {
            answer["id_token"] = json!(id_token);
        }
        self.said.lock().unwrap().token = answer;
    }

    /// What it says from now on beside the token, and with which status.
    pub fn say_more(&self, status: u16, claims: Value) {
        self.said.lock().unwrap().more = (status, claims);
    }

    /// How often its keys were fetched.
    pub fn fetched_keys(&self) -> usize {
        self.receiver.hits("/keys").len()
    }

    /// What was sent for a code, one after the other.
    pub fn redeemed(&self) -> Vec<Hit> {
        self.receiver.hits("/token")
    }

    /// The claims of somebody who has just signed in, as they should be.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "ann", "nonce": nonce, "iat": now, "exp": now + 300,
            "email": "ann@example.org", "email_verified": true, "preferred_username": "ann",
        })
    }
}
