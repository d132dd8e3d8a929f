//! What a bench says of its bars.
#![allow(missing_docs, reason = "a test")]

#[path = "../benches/common/mod.rs"]
mod common;

#[test]
fn a_bench_that_misses_a_bar_ends_with_one_and_says_which() {
    let mut bars = common::Bars::default();
    bars.check(true, "route p99 90 µs, under 100 µs".into());
    assert_eq!((bars.status(), bars.missed.len()), (0, 0));
    bars.check(false, "route p99 110 µs, under 100 µs".into());
    assert_eq!(
        (bars.status(), bars.missed),
        (1, vec!["route p99 110 µs, under 100 µs".to_owned()])
    );
}
