//! Which record comes first: pure functions over records and chance.

use rand::Rng;

use super::{Candidate, Naptr};
use crate::wire::sip::flow::{Hop, Transport};

/// The services of NAPTR records that can be used here, best first, each with the name of its SRV records (RFC 3263,
/// section 4.1). Regular expressions and other flags than `s` are left alone.
pub(super) fn services(mut records: Vec<Naptr>) -> Vec<(Transport, String)> {
    records.sort_by_key(|naptr| (naptr.order, naptr.preference));
    records
        .into_iter()
        .filter(|naptr| naptr.flags.eq_ignore_ascii_case(b"s"))
        .filter_map(|naptr| Some((transport(&naptr.service)?, naptr.replacement)))
        .collect()
}

fn transport(service: &[u8]) -> Option<Transport> {
    match service.to_ascii_uppercase().as_slice() {
        b"SIP+D2U" => Some(Transport::Udp),
        b"SIP+D2T" => Some(Transport::Tcp),
        b"SIPS+D2T" => Some(Transport::Tls),
        _ => None,
    }
}

/// The hops of one call, at most `most`: by rank, and within a rank drawn by weight (RFC 2782).
pub fn in_order(candidates: &[Candidate], rng: &mut impl Rng, most: usize) -> Vec<Hop> {
    let mut left: Vec<&Candidate> = candidates.iter().collect();
    let mut hops = Vec::new();
    while let Some(rank) = left.iter().map(|c| c.rank).min() {
        if hops.len() >= most {
            break;
        }
        let weights: Vec<(usize, u16)> = left
            .iter()
            .enumerate()
            .filter(|(_, c)| c.rank == rank)
            .map(|(at, c)| (at, c.weight))
            .collect();
        let Some(at) = draw(&weights, rng) else {
            break;
        };
        let chosen = left.remove(at);
        hops.extend(chosen.addresses.iter().map(|remote| Hop {
            transport: chosen.transport,
            remote: *remote,
            connection: None,
            tls_name: chosen.tls_name.clone(),
        }));
    }
    hops.truncate(most);
    hops
}

/// One of them, its weight being its share. Those that weigh nothing are drawn as good as never while others are left.
fn draw(weights: &[(usize, u16)], rng: &mut impl Rng) -> Option<usize> {
    let total: u32 = weights.iter().map(|(_, weight)| u32::from(*weight)).sum();
    if total == 0 {
        let one = rng.random_range(0..weights.len().max(1));
        return weights.get(one).map(|(at, _)| *at);
    }
    let mut mark = rng.random_range(0..total);
    for (at, weight) in weights {
        match mark.checked_sub(u32::from(*weight)) {
            Some(rest) => mark = rest,
            None => return Some(*at),
        }
    }
    None
}
