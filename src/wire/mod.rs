//! Protocols as sans-IO state machines and codecs: bytes and timers in, bytes and timers out.
//! Imports no other room; everything here is total on hostile input.

pub mod media;
pub mod rtp;
pub mod sdp;
pub mod sip;
pub mod smpp;
pub mod sms;
pub mod vcard;
