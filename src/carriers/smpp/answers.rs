//! The exchange's decisions as command_status codes (SMPP 3.4, section 5.1.3).

use super::reading::Why;
use crate::domain::message::Reason;
use crate::switchboard::outlet::{IntakeError, Received, Verdict};
use crate::wire::smpp::CommandStatus;

/// Which side of SMPP an intake is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// This system is the SMSC: submit_sm comes in.
    Account,
    /// This system is the ESME: deliver_sm comes in.
    Carrier,
}

/// The answer to a text: its status and its id.
pub(super) fn to_text(side: Side, result: Result<Received, IntakeError>) -> (CommandStatus, String) {
    let status = match &result {
        Ok(Received {
            verdict: Verdict::Refused { reason, reject: true },
            ..
        }) => match (side, reason) {
            (Side::Carrier, _) => CommandStatus::RX_R_APPN,
            (Side::Account, Reason::UnassignedNumber) => CommandStatus::RINVDSTADR,
            (Side::Account, Reason::UnknownSender) => CommandStatus::RINVSRCADR,
            (Side::Account, _) => CommandStatus::RSUBMITFAIL,
        },
        Ok(_) => CommandStatus::ROK,
        Err(_) if side == Side::Carrier => CommandStatus::RX_T_APPN,
        Err(IntakeError::Overloaded) => CommandStatus::RTHROTTLED,
        Err(IntakeError::Store(_)) => CommandStatus::RSYSERR,
    };
    if let Err(error) = &result {
        tracing::warn!(%error, "text not taken in");
    }
    let message_id = result
        .map(|received| received.message.to_string())
        .unwrap_or_default();
    (status, message_id)
}

/// The answer to a carrier's receipt.
pub(super) fn to_receipt(result: Result<(), IntakeError>) -> CommandStatus {
    match result {
        Ok(()) => CommandStatus::ROK,
        Err(error) => {
            tracing::warn!(%error, "receipt not taken in");
            CommandStatus::RX_T_APPN
        }
    }
}

/// The answer to a message that cannot be read, or to parts that nobody completes.
pub(super) fn refusal(side: Side, why: Why) -> CommandStatus {
    match (side, why) {
        (Side::Carrier, Why::Incomplete) => CommandStatus::RX_T_APPN,
        (Side::Account, Why::Incomplete) => CommandStatus::RSYSERR,
        // The carrier shall not try these again, nor take them for a fault of the link.
        (Side::Carrier, _) => CommandStatus::RX_R_APPN,
        (Side::Account, Why::Source | Why::ForeignSource) => CommandStatus::RINVSRCADR,
        (Side::Account, Why::Destination) => CommandStatus::RINVDSTADR,
        (Side::Account, Why::Kind) => CommandStatus::RINVESMCLASS,
        (Side::Account, Why::NotText) => CommandStatus::RSUBMITFAIL,
    }
}
