//! The words of the house and its pure decisions: no I/O, no clock, no randomness.

pub mod address;
pub mod admin;
pub mod assignment;
pub mod book;
pub mod bounded;
pub mod call;
pub mod capacity;
pub mod choice;
pub mod desk;
pub mod e164;
pub mod event;
pub mod history;
pub mod hours;
pub mod hub;
pub mod id;
pub mod keyword;
pub mod message;
pub mod oidc;
pub mod person_name;
pub mod policy;
mod policy_problems;
pub mod pool;
pub mod pulse;
mod schema;
pub mod swap;
pub mod time;
pub mod toml_text;
pub mod totp;
pub mod traffic;
pub mod verification;
pub mod zone;

pub use e164::E164;
pub use id::{Id, IdGenerator};
pub use time::{Clock, Timestamp};
