//! RTP and RTCP (RFC 3550) as a relay needs them: which packets are good, from whom they may come, what may go on,
//! and how well they arrived. No socket and no clock: packets and moments in, verdicts out.

pub mod keys;
pub mod latch;
pub mod packet;
pub mod payload;
pub mod quality;
pub mod reception;
pub mod rtcp;

#[cfg(test)]
mod tests;

/// Microseconds of a clock that never goes back. Where it begins does not matter.
pub type Micros = u64;
