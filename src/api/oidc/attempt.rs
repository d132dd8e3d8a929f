//! One try to sign in at the provider. All that belongs to it comes of a secret in a cookie of the browser: the `state` that
//! the provider brings back fits that browser alone, any node can serve the way back, and a stranger who begins without
//! end leaves nothing behind here.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use crate::domain::Timestamp;

/// How long a try lives.
pub(super) const LIFE_MS: i64 = 600_000;
/// How far the clocks of two nodes may differ.
const SKEW_MS: i64 = 60_000;

/// A try. The moment at which it began goes into everything: with another one nothing fits any more.
pub(crate) struct Attempt {
    began: Timestamp,
    secret: [u8; 32],
}

impl Attempt {
    pub fn new(secret: [u8; 32], now: Timestamp) -> Self {
        Self { began: now, secret }
    }

    /// For the cookie.
    pub fn cookie(&self) -> String {
        format!("{}.{}", self.began.0, BASE64URL_NOPAD.encode(&self.secret))
    }

    /// Back from the cookie.
    pub fn read(cookie: &str) -> Option<Self> {
        let (began, secret) = cookie.split_once('.')?;
        Some(Self {
            began: Timestamp(began.parse().ok()?),
            secret: BASE64URL_NOPAD.decode(secret.as_bytes()).ok()?.try_into().ok()?,
        })
    }

    fn derived(&self, what: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let tag = hmac::sign(&key, format!("{what}:{}", self.began.0).as_bytes());
        BASE64URL_NOPAD.encode(tag.as_ref())
    }

    /// What the provider brings back as it is.
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// What must stand in the token.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What shows the provider that the code is fetched by whoever asked for it (RFC 7636).
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// Whether this came back from the provider for this try, and in time.
    pub fn answers(&self, state: &str, now: Timestamp) -> bool {
        let age = now.since(self.began);
        // Of equal length or not equal; what could be learnt by time is the asker's own.
        (-SKEW_MS..LIFE_MS).contains(&age) && self.state() == state
    }

    /// From when on it would be refused as too old, by whichever node.
    pub fn ends(&self) -> Timestamp {
        Timestamp(self.began.0.saturating_add(LIFE_MS + SKEW_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: Timestamp = Timestamp(1_750_000_000_000);

    fn later(ms: i64) -> Timestamp {
        Timestamp(BEGAN.0 + ms)
    }

    #[test]
    fn a_try_comes_back_from_its_cookie_with_all_that_belongs_to_it() {
        let (one, other) = (Attempt::new([7; 32], BEGAN), Attempt::new([8; 32], BEGAN));
        let read = Attempt::read(&one.cookie()).unwrap();
        assert_eq!(
            (read.state(), read.nonce(), read.verifier()),
            (one.state(), one.nonce(), one.verifier())
        );
        let mut all = vec![one.state(), one.nonce(), one.verifier(), other.state()];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4, "none tells another");
        // RFC 7636 asks for 43 to 128 characters.
        assert_eq!(one.verifier().len(), 43);
        for bad in ["", ".", "x.y", "1750000000000.", "1750000000000.AAAA", "-.AAAA"] {
            assert!(Attempt::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn it_answers_to_its_own_state_for_ten_minutes() {
        let attempt = Attempt::new([7; 32], BEGAN);
        let state = attempt.state();
        assert!(attempt.answers(&state, BEGAN) && attempt.answers(&state, later(LIFE_MS - 1)));
        assert!(!attempt.answers(&state, later(LIFE_MS)), "too old");
        assert!(
            !attempt.answers(&state, later(-SKEW_MS - 1)),
            "begun in the future"
        );
        assert!(!attempt.answers(&Attempt::new([8; 32], BEGAN).state(), BEGAN));
        assert!(!attempt.answers("", BEGAN));
    }

    #[test]
    fn to_write_a_later_beginning_into_the_cookie_helps_nobody() {
        let attempt = Attempt::new([7; 32], BEGAN);
        let (_, secret) = attempt
            .cookie()
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let now = later(2 * LIFE_MS);
        let younger = Attempt::read(&format!("{}.{secret}", now.0)).unwrap();
        assert!(!younger.answers(&attempt.state(), now));
        assert_ne!(younger.nonce(), attempt.nonce());
    }
}
