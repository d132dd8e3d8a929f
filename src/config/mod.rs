//! Settings: one struct a section, its defaults, and what is wrong with it.

pub mod smpp;
