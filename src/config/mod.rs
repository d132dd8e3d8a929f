
pub mod http;
