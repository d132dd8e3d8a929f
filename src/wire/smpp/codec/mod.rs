//! Between PDU bodies and our types, on the `rusmpp` codec (SMPP 3.4, section 4).
//!
//! Mandatory fields are read by `rusmpp`. Optional parameters are walked here: its reader takes a known
//! tag of unexpected length, or a receipted_message_id without its NUL, for the end of the whole PDU, and
//! both are common in the field.

mod encode;

use bytes::{Buf, BytesMut};
use rusmpp::CommandId;
use rusmpp::decode::{Decode, DecodeError, DecodeWithLength};
use rusmpp::fields::SmppField;
use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter, DataSm, DeliverSm, SubmitSm};
use rusmpp::tlvs::TlvTag;
use rusmpp::types::COctetString;
use rusmpp::values::{Npi, Ton};

pub use self::encode::EncodeError;
pub(super) use self::encode::{
    encode_bind, encode_bind_resp, encode_empty, encode_message, encode_message_resp,
};
use super::frame::Frame;
use super::message::{Address, Bind, BindMode, MessageState, Operation, Sar, ShortMessage};
use super::status::CommandStatus;

/// A PDU as the session understands it.
#[derive(Debug)]
pub(super) enum Pdu {
    Bind(Bind),
    BindResp {
        system_id: String,
    },
    Unbind,
    UnbindResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Message(Operation, ShortMessage),
    MessageResp {
        message_id: Option<String>,
    },
    /// A request that this system does not serve, and the code that says so in its own response.
    Unserved(CommandStatus),
    /// outbind, alert_notification and responses to nothing that is ever asked here.
    Ignored,
    /// A request that nobody knows.
    Unknown,
}

/// The command_id of the response to a request.
pub(super) fn response_id(id: u32) -> u32 {
    id | 0x8000_0000
}

/// The command_id of an operation.
pub(super) fn operation_id(operation: Operation) -> u32 {
    match operation {
        Operation::Submit => CommandId::SubmitSm.into(),
        Operation::Deliver => CommandId::DeliverSm.into(),
        Operation::Data => CommandId::DataSm.into(),
    }
}

/// The command_id of a bind.
pub(super) fn bind_id(mode: BindMode) -> u32 {
    match mode {
        BindMode::Transmitter => CommandId::BindTransmitter.into(),
        BindMode::Receiver => CommandId::BindReceiver.into(),
        BindMode::Transceiver => CommandId::BindTransceiver.into(),
    }
}

/// Reads a body. The error is the command_status to answer a request with.
pub(super) fn decode(frame: &mut Frame) -> Result<Pdu, CommandStatus> {
    let body = &mut frame.body;
    Ok(match CommandId::from(frame.id) {
        CommandId::BindTransmitter => {
            let (b, _) = <BindTransmitter as Decode>::decode(body).map_err(status_of)?;
            Pdu::Bind(bind(
                BindMode::Transmitter,
                &b.system_id,
                &b.password,
                &b.system_type,
            ))
        }
        CommandId::BindReceiver => {
            let (b, _) = <BindReceiver as Decode>::decode(body).map_err(status_of)?;
            Pdu::Bind(bind(
                BindMode::Receiver,
                &b.system_id,
                &b.password,
                &b.system_type,
            ))
        }
        CommandId::BindTransceiver => {
            let (b, _) = <BindTransceiver as Decode>::decode(body).map_err(status_of)?;
            Pdu::Bind(bind(
                BindMode::Transceiver,
                &b.system_id,
                &b.password,
                &b.system_type,
            ))
        }
        CommandId::BindTransmitterResp | CommandId::BindReceiverResp | CommandId::BindTransceiverResp => {
            Pdu::BindResp {
                system_id: c_string(body).unwrap_or_default(),
            }
        }
        // Length 0: the optional parameters are left for `read_tlvs`.
        CommandId::SubmitSm => {
            let (sm, _) = SubmitSm::decode(body, 0).map_err(status_of)?;
            let message = ShortMessage {
                source: address(sm.source_addr_ton, sm.source_addr_npi, &sm.source_addr),
                dest: address(sm.dest_addr_ton, sm.dest_addr_npi, &sm.destination_addr),
                esm_class: sm.esm_class.into(),
                protocol_id: sm.protocol_id,
                data_coding: sm.data_coding.into(),
                registered_delivery: sm.registered_delivery.into(),
                validity_period: sm.validity_period.to_string(),
                payload: sm.short_message().clone().into_bytes(),
                ..ShortMessage::default()
            };
            Pdu::Message(Operation::Submit, read_tlvs(message, body)?)
        }
        CommandId::DeliverSm => {
            let (sm, _) = DeliverSm::decode(body, 0).map_err(status_of)?;
            let message = ShortMessage {
                source: address(sm.source_addr_ton, sm.source_addr_npi, &sm.source_addr),
                dest: address(sm.dest_addr_ton, sm.dest_addr_npi, &sm.destination_addr),
                esm_class: sm.esm_class.into(),
                protocol_id: sm.protocol_id,
                data_coding: sm.data_coding.into(),
                registered_delivery: sm.registered_delivery.into(),
                validity_period: sm.validity_period.to_string(),
                payload: sm.short_message().clone().into_bytes(),
                ..ShortMessage::default()
            };
            Pdu::Message(Operation::Deliver, read_tlvs(message, body)?)
        }
        CommandId::DataSm => {
            let (sm, _) = DataSm::decode(body, 0).map_err(status_of)?;
            let message = ShortMessage {
                source: address(sm.source_addr_ton, sm.source_addr_npi, &sm.source_addr),
                dest: address(sm.dest_addr_ton, sm.dest_addr_npi, &sm.destination_addr),
                esm_class: sm.esm_class.into(),
                data_coding: sm.data_coding.into(),
                registered_delivery: sm.registered_delivery.into(),
                ..ShortMessage::default()
            };
            Pdu::Message(Operation::Data, read_tlvs(message, body)?)
        }
        CommandId::SubmitSmResp | CommandId::DeliverSmResp | CommandId::DataSmResp => Pdu::MessageResp {
            message_id: c_string(body).filter(|id| !id.is_empty()),
        },
        CommandId::Unbind => Pdu::Unbind,
        CommandId::UnbindResp => Pdu::UnbindResp,
        CommandId::EnquireLink => Pdu::EnquireLink,
        CommandId::EnquireLinkResp => Pdu::EnquireLinkResp,
        CommandId::GenericNack => Pdu::GenericNack,
        CommandId::QuerySm => Pdu::Unserved(CommandStatus::RQUERYFAIL),
        CommandId::CancelSm => Pdu::Unserved(CommandStatus::RCANCELFAIL),
        CommandId::ReplaceSm => Pdu::Unserved(CommandStatus::RREPLACEFAIL),
        CommandId::SubmitMulti => Pdu::Unserved(CommandStatus::RSUBMITFAIL),
        CommandId::Outbind | CommandId::AlertNotification => Pdu::Ignored,
        id if id.is_response() => Pdu::Ignored,
        _ => Pdu::Unknown,
    })
}

fn bind<const A: usize, const B: usize, const C: usize>(
    mode: BindMode,
    system_id: &COctetString<1, A>,
    password: &COctetString<1, B>,
    system_type: &COctetString<1, C>,
) -> Bind {
    Bind {
        mode,
        system_id: system_id.as_str().to_owned(),
        password: password.as_str().to_owned(),
        system_type: system_type.as_str().to_owned(),
    }
}

fn address(ton: Ton, npi: Npi, addr: &COctetString<1, 21>) -> Address {
    Address {
        ton: ton.into(),
        npi: npi.into(),
        addr: addr.as_str().to_owned(),
    }
}

/// The command_status that names the field that could not be read.
fn status_of(error: DecodeError) -> CommandStatus {
    [
        (SmppField::system_id, CommandStatus::RINVSYSID),
        (SmppField::password, CommandStatus::RINVPASWD),
        (SmppField::system_type, CommandStatus::RINVSYSTYP),
        (SmppField::service_type, CommandStatus::RINVSERTYP),
        (SmppField::source_addr, CommandStatus::RINVSRCADR),
        (SmppField::destination_addr, CommandStatus::RINVDSTADR),
        (SmppField::schedule_delivery_time, CommandStatus::RINVSCHED),
        (SmppField::validity_period, CommandStatus::RINVEXPIRY),
        (SmppField::short_message, CommandStatus::RINVMSGLEN),
    ]
    .into_iter()
    .find_map(|(field, status)| error.field_exists(field).then_some(status))
    .unwrap_or(CommandStatus::RINVPARLEN)
}

/// A C-octet string, or what there is of one: some peers leave the NUL out, or the whole body.
fn c_string(body: &[u8]) -> Option<String> {
    let text = body.split(|byte| *byte == 0).next()?;
    (text.len() <= 64 && text.iter().all(|b| b.is_ascii_graphic() || *b == b' '))
        .then(|| String::from_utf8_lossy(text).into_owned())
}

/// Walks the optional parameters (section 3.2.4.1); unknown tags are skipped.
fn read_tlvs(mut message: ShortMessage, body: &mut BytesMut) -> Result<ShortMessage, CommandStatus> {
    let (mut reference, mut part, mut total) = (None, None, None);
    let mut rest = body.split().freeze();
    while !rest.is_empty() {
        if rest.len() < 4 {
            return Err(CommandStatus::RINVOPTPARSTREAM);
        }
        let (tag, length) = (rest.get_u16(), usize::from(rest.get_u16()));
        if rest.len() < length {
            return Err(CommandStatus::RINVOPTPARSTREAM);
        }
        let value = rest.split_to(length);
        match TlvTag::from(tag) {
            // A payload wins only where short_message is empty; both at once is forbidden (5.3.2.32).
            TlvTag::MessagePayload if message.payload.is_empty() => {
                message.payload = value;
                message.payload_in_tlv = true;
            }
            TlvTag::SarMsgRefNum => reference = Some(u16_of(&value)?),
            TlvTag::SarSegmentSeqnum => part = Some(u8_of(&value)?),
            TlvTag::SarTotalSegments => total = Some(u8_of(&value)?),
            TlvTag::ReceiptedMessageId => message.receipted_message_id = c_string(&value),
            TlvTag::MessageState => message.message_state = value.first().copied().map(MessageState),
            TlvTag::NetworkErrorCode => {
                if let [kind, high, low] = value[..] {
                    message.network_error = Some((kind, u16::from_be_bytes([high, low])));
                }
            }
            TlvTag::UserMessageReference => message.user_message_reference = u16_of(&value).ok(),
            _ => {}
        }
    }
    message.sar = match (reference, part, total) {
        (Some(reference), Some(part), Some(total)) => Some(Sar {
            reference,
            part,
            total,
        }),
        _ => None,
    };
    Ok(message)
}

fn u16_of(value: &[u8]) -> Result<u16, CommandStatus> {
    value
        .try_into()
        .map(u16::from_be_bytes)
        .map_err(|_| CommandStatus::RINVOPTPARAMVAL)
}

fn u8_of(value: &[u8]) -> Result<u8, CommandStatus> {
    if let [byte] = value {
        Ok(*byte)
    } else {
        Err(CommandStatus::RINVOPTPARAMVAL)
    }
}
