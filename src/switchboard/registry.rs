//! Which outlets there are, and which one a text leaves by.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use serde::Serialize;
use utoipa::ToSchema;

use super::outlet::Outlet;
use super::standing::Flow;
use crate::domain::E164;

/// How a carrier stands, as far as this process knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarrierState {
    /// A text handed over now has a link to leave by.
    Up,
    /// It runs, without a link at present.
    Down,
    /// The settings name it; whether it is up, only the server knows.
    Configured,
    /// The settings know no such carrier.
    NotConfigured,
}

/// Names and prefixes of the carriers that are configured, and the running outlets once they are there.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    inner: Arc<RwLock<Inner>>,
}

#[derive(Default)]
struct Inner {
    names: Vec<String>,
    /// (prefix, carrier) of phones that are reached through one carrier whatever their pool number's is.
    reaches: Vec<(String, String)>,
    outlets: BTreeMap<String, Arc<dyn Outlet>>,
    flows: BTreeMap<String, Arc<Flow>>,
}

impl Registry {
    pub fn new(names: Vec<String>) -> Self {
        let inner = Inner {
            names,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(RwLock::new(inner)),
        }
    }

    /// Declares the phones that a carrier reaches, which a command must know as well as a server.
    pub fn declare_reaches(&self, carrier: &str, prefixes: &[String]) {
        let mut inner = self.inner.write().unwrap_or_else(|p| p.into_inner());
        inner.reaches.retain(|(_, name)| name != carrier);
        inner
            .reaches
            .extend(prefixes.iter().map(|p| (p.clone(), carrier.to_owned())));
    }

    pub fn add(&self, outlet: Arc<dyn Outlet>) {
        self.declare_reaches(outlet.name(), outlet.reaches());
        let mut inner = self.inner.write().unwrap_or_else(|p| p.into_inner());
        let name = outlet.name().to_owned();
        if !inner.names.contains(&name) {
            inner.names.push(name.clone());
        }
        inner.outlets.insert(name, outlet);
    }

    pub fn names(&self) -> Vec<String> {
        self.inner.read().unwrap_or_else(|p| p.into_inner()).names.clone()
    }

    pub fn outlet(&self, name: &str) -> Option<Arc<dyn Outlet>> {
        self.inner
            .read()
            .unwrap_or_else(|p| p.into_inner())
            .outlets
            .get(name)
            .cloned()
    }

    /// What passes by the carrier of that name.
    pub fn flow(&self, name: &str) -> Arc<Flow> {
        let known = self
            .inner
            .read()
            .unwrap_or_else(|p| p.into_inner())
            .flows
            .get(name)
            .cloned();
        known.unwrap_or_else(|| {
            let mut inner = self.inner.write().unwrap_or_else(|p| p.into_inner());
            inner.flows.entry(name.to_owned()).or_default().clone()
        })
    }

    /// How the carrier of that name stands.
    pub fn state(&self, name: &str) -> CarrierState {
        let inner = self.inner.read().unwrap_or_else(|p| p.into_inner());
        match inner.outlets.get(name) {
            Some(outlet) if outlet.is_ready() => CarrierState::Up,
            Some(_) => CarrierState::Down,
            None if inner.names.iter().any(|n| n == name) => CarrierState::Configured,
            None => CarrierState::NotConfigured,
        }
    }

    /// The carrier for a phone: the one with the longest prefix that reaches it, else the pool number's
    /// own.
    pub fn carrier_for(&self, phone: E164, own: &str) -> String {
        let inner = self.inner.read().unwrap_or_else(|p| p.into_inner());
        let reaching = inner
            .reaches
            .iter()
            .filter(|(prefix, _)| phone.has_prefix(prefix));
        reaching
            .max_by_key(|(prefix, name)| (prefix.len(), name))
            .map_or(own, |(_, name)| name)
            .to_owned()
    }
}
