//! Records from DNS, kept as long as they hold.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::{LookupError, Lookups, Naptr, Records, Srv};

/// How many answers are kept.
const KEPT: u64 = 1024;
/// How long one server is waited for, and how often it is asked.
const TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;

/// DNS. Answers are kept for their time to live, a bounded number of them.
pub struct Dns {
    resolver: TokioResolver,
}

impl Dns {
    /// Asks the server named, or else those of the operating system.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, LookupError> {
        let builder = match server {
            Some(server) => {
                let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for connection in &mut connections {
                    connection.port = server.port();
                }
                let server = NameServerConfig::new(server.ip(), true, connections);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => {
                TokioResolver::builder_tokio().map_err(|error| failed("(the system's servers)", &error))?
            }
        };
        let mut builder = builder;
        let options = builder.options_mut();
        options.cache_size = KEPT;
        options.timeout = TIMEOUT;
        options.attempts = ATTEMPTS;
        let resolver = builder
            .build()
            .map_err(|error| failed("(the system's servers)", &error))?;
        Ok(Self { resolver })
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Option<Lookup>, LookupError> {
        match self.resolver.lookup(absolute(name), kind).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(None),
            Err(error) => Err(failed(name, &error)),
        }
    }
}

/// With the dot at its end no search list is tried.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn failed(name: &str, error: &NetError) -> LookupError {
    LookupError {
        name: name.to_owned(),
        detail: error.to_string(),
    }
}

fn read<T>(answer: Option<Lookup>, one: impl Fn(&RData) -> Option<T>) -> Records<T> {
    let mut read = Records {
        records: Vec::new(),
        ttl_s: u32::MAX,
    };
    for record in answer.iter().flat_map(Lookup::answers) {
        if let Some(found) = one(&record.data) {
            read.records.push(found);
            read.ttl_s = read.ttl_s.min(record.ttl);
        }
    }
    read
}

#[async_trait]
impl Lookups for Dns {
    async fn naptr(&self, name: &str) -> Result<Records<Naptr>, LookupError> {
        let answer = self.ask(name, RecordType::NAPTR).await?;
        Ok(read(answer, |data| match data {
            RData::NAPTR(naptr) => Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: naptr.flags.to_vec(),
                service: naptr.services.to_vec(),
                replacement: naptr.replacement.to_ascii(),
            }),
            _ => None,
        }))
    }

    async fn srv(&self, name: &str) -> Result<Records<Srv>, LookupError> {
        let answer = self.ask(name, RecordType::SRV).await?;
        Ok(read(answer, |data| match data {
            RData::SRV(srv) => Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: srv.target.to_ascii(),
            }),
            _ => None,
        }))
    }

    async fn addresses(&self, host: &str) -> Result<Records<IpAddr>, LookupError> {
        let answer = match self.resolver.lookup_ip(absolute(host)).await {
            Ok(answer) => Some(answer.as_lookup().clone()),
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => None,
            Err(error) => return Err(failed(host, &error)),
        };
        Ok(read(answer, |data| match data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        }))
    }
}
