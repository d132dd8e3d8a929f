//! Calls, as the exchange knows them: who may ring whom, what is recorded, what apps are told. SIP and sound
//! are the voice edge's; the two meet in [`super::switching`].

mod live;
mod missed;
mod place;
mod record;
mod route;
mod stranger;
mod tidy;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use live::Live;
pub use place::NewCall;
pub(crate) use record::{Entry, write};
pub(crate) use stranger::Questions;
pub(super) use tidy::{adopt, sweep_calls};
pub use view::{Call, CallDetail, CallQuality, CallQuery};
pub(super) use view::{origin_word, view as view_of};
