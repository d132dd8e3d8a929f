//! Calls between peers that speak text, with a clock that is stepped.

mod basic;
mod bench;
mod confirmed;
mod early;
mod hostile;
mod originate;
mod outside;
mod session;
