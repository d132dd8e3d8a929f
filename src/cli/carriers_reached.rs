//! Whether the carriers' SMSCs take a connection, for `doctor`.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::doctor::{Finding, Health};
use crate::config::smpp::SmppConfig;

const PATIENCE: Duration = Duration::from_secs(3);

/// Connects to every bind of every carrier, and hangs up.
pub fn look(config: &SmppConfig) -> Vec<Finding> {
    let binds = config
        .carriers
        .iter()
        .flat_map(|(name, carrier)| carrier.binds.iter().map(move |bind| (name, bind)));
    binds
        .map(|(name, bind)| {
            let (check, place) = (format!("carrier {name}"), format!("{}:{}", bind.host, bind.port));
            match connect(&bind.host, bind.port) {
                Ok(()) => Finding::ok(&check, format!("{place} takes connections")),
                Err(why) => Finding::bad(
                    Health::Fail,
                    &check,
                    format!("{place} cannot be reached: {why}"),
                    format!("look at the network and at smpp.carriers.{name}.binds"),
                ),
            }
        })
        .collect()
}

fn connect(host: &str, port: u16) -> Result<(), String> {
    let addresses = (host, port).to_socket_addrs().map_err(|e| e.to_string())?;
    let mut why = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(e) => why = e.to_string(),
        }
    }
    Err(why)
}
