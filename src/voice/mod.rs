//! The voice network's edge: sockets and threads around the machines of `wire::sip` and `wire::rtp`.

pub mod relay;
