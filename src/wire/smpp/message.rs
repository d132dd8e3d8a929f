//! The fields that texts, receipts and binds need, as our own types.

use std::fmt;

use bytes::Bytes;

/// How an ESME binds (SMPP 3.4, section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindMode {
    /// Submits only.
    Transmitter,
    /// Receives only.
    Receiver,
    /// Both.
    Transceiver,
}

impl BindMode {
    /// Whether an ESME bound like this may submit.
    pub fn submits(self) -> bool {
        self != Self::Receiver
    }

    /// Whether an ESME bound like this is delivered to.
    pub fn receives(self) -> bool {
        self != Self::Transmitter
    }

    /// For logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Transmitter => "transmitter",
            Self::Receiver => "receiver",
            Self::Transceiver => "transceiver",
        }
    }
}

/// A bind request (section 4.1). The password never appears in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    /// Transmitter, receiver or transceiver.
    pub mode: BindMode,
    /// Who binds.
    pub system_id: String,
    /// With which password (at most 8 octets in this protocol).
    pub password: String,
    /// What kind of system it is; usually empty.
    pub system_type: String,
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bind({:?} {})", self.mode, self.system_id)
    }
}

/// An address with its type and plan (sections 5.2.5 to 5.2.9). Debug output shows no digits.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Address {
    /// Type of number: 0 unknown, 1 international, 2 national, 5 alphanumeric, …
    pub ton: u8,
    /// Numbering plan: 1 is E.164.
    pub npi: u8,
    /// The address itself.
    pub addr: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Address(ton {} npi {}, {} octets)",
            self.ton,
            self.npi,
            self.addr.len()
        )
    }
}

/// A part of a long text by TLVs: sar_msg_ref_num, sar_segment_seqnum, sar_total_segments (sections
/// 5.3.2.22 to 5.3.2.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sar {
    /// What the parts of one text share.
    pub reference: u16,
    /// This part, from 1.
    pub part: u8,
    /// How many parts there are.
    pub total: u8,
}

/// message_state (section 5.2.28), as in receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageState(pub u8);

impl MessageState {
    /// On its way.
    pub const ENROUTE: Self = Self(1);
    /// At the phone.
    pub const DELIVERED: Self = Self(2);
    /// Its validity ran out.
    pub const EXPIRED: Self = Self(3);
    /// Deleted by somebody.
    pub const DELETED: Self = Self(4);
    /// It cannot be delivered.
    pub const UNDELIVERABLE: Self = Self(5);
    /// Read by a person on the subscriber's behalf.
    pub const ACCEPTED: Self = Self(6);
    /// The SMSC does not know.
    pub const UNKNOWN: Self = Self(7);
    /// Refused.
    pub const REJECTED: Self = Self(8);
}

/// Which of the three operations carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// submit_sm: ESME to SMSC (section 4.4).
    Submit,
    /// deliver_sm: SMSC to ESME (section 4.6).
    Deliver,
    /// data_sm: either way (section 4.7).
    Data,
}

/// A text, a part of one, or a receipt: what submit_sm, deliver_sm and data_sm have in common.
/// Debug output holds neither numbers nor the text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ShortMessage {
    /// source_addr.
    pub source: Address,
    /// destination_addr.
    pub dest: Address,
    /// esm_class (section 5.2.12): message mode, type and the UDH indicator.
    pub esm_class: u8,
    /// protocol_id.
    pub protocol_id: u8,
    /// data_coding (section 5.2.19).
    pub data_coding: u8,
    /// registered_delivery (section 5.2.17).
    pub registered_delivery: u8,
    /// validity_period (section 7.1.1), empty for the SMSC's default.
    pub validity_period: String,
    /// The octets of short_message or of the message_payload TLV.
    pub payload: Bytes,
    /// Send the octets as message_payload whatever their number; longer ones than 254 always are.
    pub payload_in_tlv: bool,
    /// A part of a long text by TLVs.
    pub sar: Option<Sar>,
    /// receipted_message_id (section 5.3.2.12): which message a receipt is about.
    pub receipted_message_id: Option<String>,
    /// message_state (section 5.3.2.35): what the receipt says.
    pub message_state: Option<MessageState>,
    /// network_error_code (section 5.3.2.31): network type and code, in a receipt.
    pub network_error: Option<(u8, u16)>,
    /// user_message_reference (section 5.3.2.17).
    pub user_message_reference: Option<u16>,
}

impl ShortMessage {
    /// The bit of esm_class that says the payload begins with a user data header.
    pub const ESM_UDHI: u8 = 0x40;
    /// The message type in esm_class of an SMSC delivery receipt.
    pub const ESM_RECEIPT: u8 = 0x04;

    /// Whether the payload begins with a user data header (section 5.2.12).
    pub fn has_udh(&self) -> bool {
        self.esm_class & Self::ESM_UDHI != 0
    }

    /// Whether this is an SMSC delivery receipt: by its message type (bits 5 to 2 of esm_class), or by
    /// the two TLVs that only a receipt has.
    pub fn is_receipt(&self) -> bool {
        let kind = self.esm_class & 0x3c;
        kind == Self::ESM_RECEIPT
            || (kind == 0 && self.receipted_message_id.is_some() && self.message_state.is_some())
    }

    /// Whether this is another acknowledgement or notification that is no text of a person
    /// (delivery and user acknowledgements, conversation abort, intermediate notification).
    pub fn is_notification(&self) -> bool {
        !matches!(self.esm_class & 0x3c, 0 | Self::ESM_RECEIPT)
    }

    /// Whether the sender asks for a receipt on the final outcome (registered_delivery bits 1-0).
    pub fn wants_receipt(&self) -> bool {
        matches!(self.registered_delivery & 0x03, 1 | 2)
    }
}

impl fmt::Debug for ShortMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortMessage")
            .field("esm_class", &self.esm_class)
            .field("data_coding", &self.data_coding)
            .field("octets", &self.payload.len())
            .field("sar", &self.sar)
            .finish_non_exhaustive()
    }
}
