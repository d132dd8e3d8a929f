//! The edge towards the SMS network: each carrier hands texts in through
//! [`Exchange`](crate::switchboard::outlet::Exchange) and takes them out as an
//! [`Outlet`](crate::switchboard::outlet::Outlet).

pub mod http;
pub mod loopback;
pub mod smpp;
