//! An estimate of what listeners would say of a leg: the E-model of ITU-T G.107, simplified.
//!
//! With the model's defaults, a rating R of 93.2 is what an undisturbed call over G.711 has. Two things lower it:
//!
//! - delay d in milliseconds, by `Id = 0.024 d + 0.11 (d - 177.3)` where the second term counts from 177.3 ms on
//!   (Cole and Rosenbluth's reading of G.107's curve);
//! - loss, by `Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl)` (G.107, equation 7-29, loss taken as random), with Ie = 0
//!   and Bpl = 25.1 of G.711 with concealment (G.113, appendix I). Other codecs are judged as if they were G.711: the
//!   estimate tells how good the way was, not the codec.
//!
//! d is half the round trip (where RTCP tells it), a packet time of 20 ms, and a jitter buffer of twice the jitter.
//! The mean opinion score follows by G.107's annex B: `1 + 0.035 R + R (R - 60) (100 - R) 7e-6`.

use super::Micros;

/// The rating of a call that nothing disturbs.
const BEST: f64 = 93.2;
/// How well G.711 with concealment bears random loss.
const ROBUSTNESS: f64 = 25.1;

/// The mean opinion score in hundredths, 100 to 450; 440 is a call without fault. None where nothing was expected.
pub fn mos_hundredths(expected: u64, lost: u64, jitter: Micros, round_trip: Option<Micros>) -> Option<u16> {
    if expected == 0 {
        return None;
    }
    let loss = 100.0 * lost.min(expected) as f64 / expected as f64;
    let delay = round_trip.unwrap_or(0) as f64 / 2000.0 + 20.0 + 2.0 * jitter as f64 / 1000.0;
    let delayed = 0.024 * delay + 0.11 * (delay - 177.3).max(0.0);
    let lossy = 95.0 * loss / (loss + ROBUSTNESS);
    let rating = (BEST - delayed - lossy).clamp(0.0, 100.0);
    let score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6;
    Some((score.clamp(1.0, 4.5) * 100.0).round() as u16)
}
