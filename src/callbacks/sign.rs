//! Signatures after Standard Webhooks: receivers check them with the libraries of that name.

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What a secret begins with, before its base64.
const PREFIX: &str = "whsec_";

/// The value of `webhook-signature`: one signature for each secret, so that a receiver that knows any of
/// them is content while they are rotated. None when a secret is none of ours.
pub(super) fn signatures(secrets: &[String], id: &str, timestamp_s: i64, body: &str) -> Option<String> {
    let signed = format!("{id}.{timestamp_s}.{body}");
    let one = |secret: &String| {
        let key = BASE64.decode(secret.strip_prefix(PREFIX)?.as_bytes()).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(signed.as_bytes());
        Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
    };
    let all: Option<Vec<String>> = secrets.iter().map(one).collect();
    Some(all.filter(|all| !all.is_empty())?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_specifications_own_example_comes_out() {
        let signed = signatures(
            &[SECRET.into()],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signed.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }

    #[test]
    fn each_secret_signs_and_no_secret_is_no_signature() {
        let other = format!("whsec_{}", BASE64.encode(&[7; 32]));
        let both = signatures(&[SECRET.into(), other.clone()], "evt_1", 1, "{}").unwrap();
        let alone = |secret: &str| signatures(&[secret.into()], "evt_1", 1, "{}").unwrap();
        assert_eq!(both, format!("{} {}", alone(SECRET), alone(&other)));
        assert_eq!(signatures(&[], "evt_1", 1, "{}"), None);
        assert_eq!(signatures(&["plain".into()], "evt_1", 1, "{}"), None);
    }
}
