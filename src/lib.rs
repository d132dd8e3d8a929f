//! Partyline: a self-hosted community number-pool telephony broker.
//!
//! A community shares a small pool of phone numbers; for every (member, contact) pair the broker assigns
//! one pool number, and bridges texts and calls between the real phones behind them. `ARCHITECTURE.md`
//! is the map of the rooms below; data flows one way through them.

pub mod api;
pub mod app;
pub mod callbacks;
pub mod carriers;
pub mod cli;
pub mod config;
pub mod domain;
pub mod store;
pub mod switchboard;
pub mod voice;
pub mod wire;
