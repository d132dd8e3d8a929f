//! What a failed attempt means: whether another is made, and what the caller hears. Pure tables.

use super::{Failover, Failure};

/// What comes after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The same trunk by another hop, else the next trunk.
    Hop,
    /// The next trunk.
    Attempt,
    /// Nothing: it is the callee's word.
    Stop,
}

/// What comes after this failure.
pub(super) fn next(failure: Failure, failover: Failover) -> Next {
    match failure {
        Failure::Silent | Failure::Unreachable | Failure::TimedOut => Next::Hop,
        Failure::Refused(503) => Next::Hop,
        Failure::BadMedia => Next::Attempt,
        // Our own want of room is not the trunk's fault.
        Failure::Full => Next::Stop,
        Failure::Refused(status) => match status {
            404 | 410 | 484 | 604 if failover.not_found => Next::Attempt,
            403 | 603 if failover.forbidden => Next::Attempt,
            // The callee speaks: not here, gone, wrong number, busy, unwilling; and nobody may try elsewhere after 6xx.
            403 | 404 | 406 | 410 | 480 | 484 | 485 | 486 | 487 | 488 => Next::Stop,
            600..=699 => Next::Stop,
            // 3xx is not followed; the rest of 4xx and 5xx is about the request, or the trunk.
            _ => Next::Attempt,
        },
    }
}

/// The status that the caller gets, and the Q.850 cause (RFC 3398, section 8.2.6.1, in reverse).
pub(super) fn towards_caller(failure: Failure) -> (u16, u8) {
    match failure {
        Failure::Refused(status) => (mapped(status), cause(status)),
        Failure::Silent | Failure::TimedOut => (504, 102),
        Failure::Unreachable => (503, 38),
        Failure::BadMedia => (488, 88),
        Failure::Full => (503, 47),
    }
}

/// A final status of the far leg as the near one may hear it: what speaks of credentials, of other places, or of
/// the shape of our own request is none of its business.
fn mapped(status: u16) -> u16 {
    match status {
        // Not followed: the number cannot be had here and now.
        300..=399 => 480,
        401 | 402 | 407 => 503,
        403 | 404 | 406 | 410 | 415 | 480 | 484 | 485 | 486 | 488 => status,
        408 | 487 => 480,
        413 | 414 | 416 | 420 | 421 | 423 | 400 | 405 | 481 | 482 | 483 | 491 | 493 => 500,
        400..=499 => 480,
        503 | 504 => status,
        501 | 505 | 513 => 500,
        500..=599 => 500,
        600 | 603 | 604 => status,
        606 => 488,
        _ => 480,
    }
}

/// The Q.850 cause of a SIP status (RFC 3398, section 8.2.6.1).
pub(super) fn cause(status: u16) -> u8 {
    match status {
        200..=299 => 16,
        400 => 41,
        401 | 402 | 403 | 407 | 603 => 21,
        404 | 604 => 1,
        405 => 63,
        406 => 79,
        408 | 504 => 102,
        410 => 22,
        413 | 414 | 416 | 420 | 421 | 423 | 505 | 513 => 127,
        415 | 501 => 79,
        480 => 18,
        481 | 500 => 41,
        482 | 483 => 25,
        484 => 28,
        485 => 1,
        486 | 600 => 17,
        487 => 16,
        488 | 606 => 88,
        503 => 34,
        300..=399 => 23,
        _ => 31,
    }
}

/// The failure that the caller hears of: the callee's word before a trunk's, and the last of equals.
pub(super) fn better(before: Option<Failure>, now: Failure) -> Failure {
    let rank = |failure: Failure| match failure {
        Failure::Refused(600..=699) => 4,
        Failure::Refused(401 | 407 | 408) => 1,
        Failure::Refused(400..=499) | Failure::BadMedia => 3,
        Failure::Refused(_) => 1,
        Failure::Silent | Failure::TimedOut | Failure::Unreachable | Failure::Full => 1,
    };
    match before {
        Some(before) if rank(before) > rank(now) => before,
        _ => now,
    }
}

/// What a refused re-INVITE or UPDATE is answered with on the other leg. The dialog goes on there.
pub(super) fn within(status: u16) -> u16 {
    match status {
        403 | 415 | 480 | 486 | 488 | 500 | 501 | 504 | 600 | 603 | 606 => status,
        491 => 491,
        _ => 488,
    }
}

/// Whether this answer to a request within a dialog says that the dialog is no more (section 12.2.1.2).
pub(super) fn is_dialog_lost(status: u16) -> bool {
    matches!(status, 408 | 481)
}

/// One of our own sentences for a Q.850 cause.
pub(super) fn sentence(cause: u8) -> &'static str {
    match cause {
        1 => "Unallocated number",
        16 => "Normal call clearing",
        17 => "User busy",
        18 => "No user responding",
        19 => "No answer from user",
        21 => "Call rejected",
        22 => "Number changed",
        23 => "Redirection to new destination",
        28 => "Invalid number format",
        31 => "Normal, unspecified",
        34 => "No circuit available",
        38 => "Network out of order",
        41 => "Temporary failure",
        47 => "Resource unavailable",
        88 => "Incompatible destination",
        102 => "Recovery on timer expiry",
        _ => "Call ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_the_callees_word_and_ends_the_search() {
        assert_eq!(next(Failure::Refused(486), Failover::default()), Next::Stop);
        assert_eq!(next(Failure::Refused(603), Failover::default()), Next::Stop);
    }

    #[test]
    fn trunks_that_fail_are_followed_by_others() {
        for failure in [
            Failure::Silent,
            Failure::Unreachable,
            Failure::TimedOut,
            Failure::Refused(503),
        ] {
            assert_eq!(next(failure, Failover::default()), Next::Hop, "{failure:?}");
        }
        for status in [302, 401, 407, 408, 500, 502, 504, 513] {
            assert_eq!(
                next(Failure::Refused(status), Failover::default()),
                Next::Attempt,
                "{status}"
            );
        }
    }

    #[test]
    fn an_unknown_number_may_be_the_trunks_error_where_that_is_set() {
        assert_eq!(next(Failure::Refused(404), Failover::default()), Next::Stop);
        let failover = Failover {
            not_found: true,
            forbidden: false,
        };
        assert_eq!(next(Failure::Refused(404), failover), Next::Attempt);
        assert_eq!(next(Failure::Refused(603), failover), Next::Stop);
    }

    #[test]
    fn every_failure_reaches_the_caller_as_a_final_failure() {
        for status in 300..=699 {
            let (status, cause) = towards_caller(Failure::Refused(status));
            assert!((400..=699).contains(&status));
            assert!((1..=127).contains(&cause));
            assert!(![401, 407, 481, 482, 483].contains(&status));
        }
    }

    #[test]
    fn the_callees_word_is_told_rather_than_a_trunks_silence() {
        let busy = Failure::Refused(404);
        assert_eq!(better(Some(busy), Failure::Unreachable), busy);
        assert_eq!(better(Some(Failure::Unreachable), busy), busy);
        assert_eq!(better(None, Failure::Silent), Failure::Silent);
    }
}
