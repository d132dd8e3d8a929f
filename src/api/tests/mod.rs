//! The API by its public doors, over a real exchange and a database of its own.

mod access;
mod bad_input;
mod common;
pub(super) mod conformance;
mod lists;
mod reference;
mod socket;
mod story;

pub(super) use common::{House, PHONES};
