//! Wakes whoever waits for news.

use std::sync::Arc;

use tokio::sync::watch;

use super::Switchboard;

/// Tells whoever waits that something may be there for them.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<watch::Sender<u64>>);

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Bell {
    pub fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Switchboard {
    /// Changes whenever something happened that apps are told of, in this process. Others' news is found by
    /// looking now and then.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.inner.news.listen()
    }

    pub(crate) fn endpoints_changed(&self) {
        self.inner.news.ring();
    }
}
