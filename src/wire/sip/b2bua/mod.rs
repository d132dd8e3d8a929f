//! The back-to-back user agent: two legs coupled into a call, as data.
