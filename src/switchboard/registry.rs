//! Which outlets there are, and which one a text leaves by.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use super::outlet::Outlet;
use crate::domain::E164;

/// Names and prefixes of the carriers that are configured, and the running outlets once they are there.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    inner: Arc<RwLock<Inner>>,
}

#[derive(Default)]
struct Inner {
    names: Vec<String>,
    outlets: BTreeMap<String, Arc<dyn Outlet>>,
}

impl Registry {
    pub fn new(names: Vec<String>) -> Self {
        Self {
            inner: Arc::new(RwLock::new(Inner {
                names,
                outlets: BTreeMap::new(),
            })),
        }
    }

    pub fn add(&self, outlet: Arc<dyn Outlet>) {
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

    /// The carrier for a phone: the outlet with the longest prefix that reaches it, else the pool
    /// number's own.
    pub fn carrier_for(&self, phone: E164, own: &str) -> String {
        let inner = self.inner.read().unwrap_or_else(|p| p.into_inner());
        let reaching = inner.outlets.values().flat_map(|outlet| {
            outlet
                .reaches()
                .iter()
                .filter(|p| phone.has_prefix(p))
                .map(|p| (p.len(), outlet.name().to_owned()))
        });
        reaching.max().map_or_else(|| own.to_owned(), |(_, name)| name)
    }
}
