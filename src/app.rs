//! The composition root: the only room that knows all rooms, the clock and the random source.
