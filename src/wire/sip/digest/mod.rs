//! Digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760), as a client and as a server. No clock, no dice:
//! times, keys and random values come in.

mod client;
mod params;
mod server;
#[cfg(test)]
mod tests;

use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};

pub use client::{Account, Answer, Challenge, NoAnswer};
pub use server::{Guard, Verdict};

/// A hash. The session variants (`-sess`) are answered as a client, never asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5: still what most carriers ask for.
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
    /// SHA-512/256 (RFC 8760).
    Sha512,
}

impl Algorithm {
    /// As in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512 => "SHA-512-256",
        }
    }

    /// The algorithm and whether it is the session variant.
    fn parse(text: &[u8]) -> Option<(Self, bool)> {
        let text = text.to_ascii_uppercase();
        let (name, session) = match text.strip_suffix(b"-SESS") {
            Some(name) => (name, true),
            None => (&text[..], false),
        };
        let all = [Self::Md5, Self::Sha256, Self::Sha512];
        let algorithm = all.into_iter().find(|a| a.as_str().as_bytes() == name)?;
        Some((algorithm, session))
    }

    /// Lower-case hexadecimal digits of the hash of the parts with colons between them.
    fn hash(self, parts: &[&[u8]]) -> String {
        fn of<D: Digest>(parts: &[&[u8]]) -> String {
            let mut hasher = D::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    hasher.update(b":");
                }
                hasher.update(part);
            }
            data_encoding::HEXLOWER.encode(&hasher.finalize())
        }
        match self {
            Self::Md5 => of::<Md5>(parts),
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sha512 => of::<Sha512_256>(parts),
        }
    }
}

/// What both ends hash.
struct Proof<'a> {
    algorithm: Algorithm,
    session: bool,
    username: &'a [u8],
    realm: &'a [u8],
    password: &'a [u8],
    nonce: &'a [u8],
    method: &'a str,
    uri: &'a [u8],
    /// `nc` as eight digits and cnonce, where the quality of protection is `auth`.
    counted: Option<(&'a [u8], &'a [u8])>,
    /// For the session variants without `auth`.
    cnonce: &'a [u8],
}

impl Proof<'_> {
    /// The value of `response` (RFC 7616, section 3.4.1).
    fn response(&self) -> String {
        let mut secret = self.algorithm.hash(&[self.username, self.realm, self.password]);
        if self.session {
            secret = self.algorithm.hash(&[secret.as_bytes(), self.nonce, self.cnonce]);
        }
        let what = self.algorithm.hash(&[self.method.as_bytes(), self.uri]);
        let (secret, what) = (secret.as_bytes(), what.as_bytes());
        match self.counted {
            Some((nc, cnonce)) => self
                .algorithm
                .hash(&[secret, self.nonce, nc, cnonce, b"auth", what]),
            None => self.algorithm.hash(&[secret, self.nonce, what]),
        }
    }
}
