//! Looking trunks up without serving calls.

use super::resolve::{Dns, Families, resolve};
use crate::config::sip::{SipConfig, Target};

/// Where a target of a trunk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrunkFound {
    /// The trunk.
    pub name: String,
    /// The target, or the registrar.
    pub target: String,
    /// Transport and address of each place, best first, or why there is none.
    pub found: Result<Vec<String>, String>,
}

/// Looks up all targets and registrars, as they would be when calls are served.
pub async fn find_trunks(sip: &SipConfig) -> Vec<TrunkFound> {
    let both = Families { v4: true, v6: true };
    let dns = Dns::new(sip.dns_server.parse().ok()).map_err(|error| error.to_string());
    let mut all = Vec::new();
    for (name, trunk) in &sip.trunks {
        for text in trunk.targets.iter().chain([&trunk.registrar]) {
            let Some(target) = Target::parse(text) else {
                continue;
            };
            let found = match &dns {
                Ok(dns) => resolve(dns, &target, 0, trunk.transport, both)
                    .await
                    .map_err(|error| error.to_string()),
                Err(error) => Err(error.clone()),
            };
            let places = found.map(|found| {
                let candidates = found.candidates.iter();
                let place = |c: &super::resolve::Candidate| {
                    let transport = c.transport.as_str();
                    c.addresses
                        .iter()
                        .map(|a| format!("{transport} {a}"))
                        .collect::<Vec<_>>()
                };
                candidates.flat_map(place).collect()
            });
            all.push(TrunkFound {
                name: name.clone(),
                target: text.clone(),
                found: places,
            });
        }
    }
    all
}
