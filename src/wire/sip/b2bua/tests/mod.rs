//! Calls between simulated peers.
