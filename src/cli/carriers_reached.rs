//! Whether the carriers' SMSCs and providers take a connection, for `doctor`.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::doctor::{Finding, Health};
use crate::config::Config;
use crate::config::http_carriers::HttpCarriersConfig;

const PATIENCE: Duration = Duration::from_secs(3);

/// Connects to every bind of every carrier and to every provider, and hangs up.
pub fn look(config: &Config) -> Vec<Finding> {
    let binds = config
        .smpp
        .carriers
        .iter()
        .flat_map(|(name, carrier)| carrier.binds.iter().map(move |bind| (name, bind)));
    let binds = binds.map(|(name, bind)| {
        let setting = format!("smpp.carriers.{name}.binds");
        finding(name, &bind.host, bind.port, &setting)
    });
    binds.chain(providers(&config.http_carriers)).collect()
}

fn providers(config: &HttpCarriersConfig) -> impl Iterator<Item = Finding> {
    config.carriers.iter().map(|(name, carrier)| {
        let (host, port) = place_of(carrier.base());
        let setting = format!("http_carriers.carriers.{name}.base_url");
        finding(name, host, port, &setting)
    })
}

/// Host and port of an address that was checked with the settings.
fn place_of(url: &str) -> (&str, u16) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split('/').next().unwrap_or_default();
    let usual = if scheme == "http" { 80 } else { 443 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(usual)),
        _ => (authority, usual),
    };
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}

fn finding(name: &str, host: &str, port: u16, setting: &str) -> Finding {
    let (check, place) = (format!("carrier {name}"), format!("{host}:{port}"));
    match connect(host, port) {
        Ok(()) => Finding::ok(&check, format!("{place} takes connections")),
        Err(why) => Finding::bad(
            Health::Fail,
            &check,
            format!("{place} cannot be reached: {why}"),
            format!("look at the network and at {setting}"),
        ),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_at_its_host_and_port() {
        assert_eq!(place_of("https://api.example.net"), ("api.example.net", 443));
        assert_eq!(place_of("http://api.example.net/a:1/b"), ("api.example.net", 80));
        assert_eq!(place_of("http://[::1]:8080"), ("::1", 8080));
        assert_eq!(place_of("https://[2001:db8::1]"), ("2001:db8::1", 443));
    }
}
