//! One-time codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 seconds).

use data_encoding::BASE64;
use ring::hmac;

use super::Timestamp;

const STEP_MS: i64 = 30_000;
/// Clocks may differ by one step.
const SKEW: i64 = 1;

/// The key under which secrets are kept, from what stands in its file: 32 bytes in base64.
pub fn key_bytes(text: &str) -> Option<[u8; 32]> {
    let text: String = text.split_whitespace().collect();
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// The step of a moment.
pub fn step(at: Timestamp) -> i64 {
    at.0.div_euclid(STEP_MS)
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let from = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
    let number = bytes
        .iter()
        .skip(from)
        .take(4)
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is, if it is one of those that count now and a later one than was used before.
pub fn accepts(secret: &[u8], given: &str, now: Timestamp, used: i64) -> Option<i64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    (step(now) - SKEW..=step(now) + SKEW)
        .filter(|step| *step > used)
        .find(|step| same(&code(secret, *step), &given))
}

/// Compares without telling by the time it takes where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, by their last six digits.
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = step(Timestamp(second * 1000));
            assert_eq!(code(b"12345678901234567890", at), expected);
        }
    }

    #[test]
    fn a_code_is_good_for_a_moment_and_once() {
        let (secret, now) = (b"12345678901234567890", Timestamp(1_000_000_000));
        let at = step(now);
        assert_eq!(accepts(secret, &code(secret, at), now, 0), Some(at));
        assert_eq!(accepts(secret, &code(secret, at - 1), now, 0), Some(at - 1));
        assert_eq!(accepts(secret, &code(secret, at - 2), now, 0), None);
        assert_eq!(accepts(secret, &code(secret, at), now, at), None, "used");
        let spaced = code(secret, at);
        let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
        assert_eq!(accepts(secret, &spaced, now, 0), Some(at));
        assert_eq!(accepts(secret, "", now, 0), None);
    }
}
