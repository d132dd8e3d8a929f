//! The API by its public doors, over a real exchange and a database of its own.

mod access;
mod bad_input;
mod books;
mod bulk;
mod by_ids;
mod calls;
mod campaigns;
mod capacity;
mod carriers;
mod common;
pub(super) mod conformance;
mod consent;
mod contact_history;
mod endpoints;
mod etags;
mod foretold;
mod held;
mod imports;
mod lists;
mod metrics;
mod paces;
mod people;
mod phones;
mod pool_files;
mod proxies;
mod reference;
mod repeats;
mod scopes;
mod sessions;
mod socket;
mod story;
mod stream;
mod swaps;
mod verifications;
mod watching;

pub(super) use common::{House, PHONES};
