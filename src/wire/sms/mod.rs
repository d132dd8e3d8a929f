//! SMS text: alphabets, codings, cutting, headers, reassembly and delivery receipts.
//!
//! Pure functions and state machines over bytes: no I/O and no clock (the time comes in as `now_ms`).
//! Everything is total: what arrives from a peer may be refused or shown with U+FFFD, it never panics,
//! and what is kept between calls is bounded.
//!
//! Sending: [`segment()`] a text, send each [`Part::short_message`] with its `data_coding`. Receiving: if
//! UDHI is set take the header off with [`Udh::parse`]; give a part with a [`Concat`] (from the header
//! or the SAR TLVs) to the [`Reassembler`]; [`decode_text`] what is whole.
//! Receipts: [`ReceiptText::parse`] reads them, [`Receipt::text`] writes them.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

pub mod alphabet;
pub mod coding;
pub mod concat;
pub mod reassembly;
pub mod receipt;
pub mod receipt_state;
pub mod segment;
pub mod udh;
pub mod whole;

pub use coding::{Coding, TextError, decode_text};
pub use concat::{Concat, Reference};
pub use reassembly::{Caps, Fragment, Inserted, Outcome, Reassembler};
pub use receipt::{Receipt, ReceiptText};
pub use receipt_state::ReceiptState;
pub use segment::{Part, Segments, count, segment};
pub use udh::{Udh, UdhError};
pub use whole::{GivenUp, Incomplete, ReceivedPart, Run, Whole};
