//! Between PDU bodies and our types, on the `rusmpp` codec (SMPP 3.4, section 4).
//!
//! Mandatory fields are read by `rusmpp`. Optional parameters are walked here: its reader takes a known
//! tag of unexpected length, or a receipted_message_id without its NUL, for the end of the whole PDU, and
//! both are common in the field.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use rusmpp::decode::{Decode, DecodeError, DecodeWithLength};
use rusmpp::encode::Length;
use rusmpp::encode::owned::Encode;
use rusmpp::fields::SmppField;
use rusmpp::pdus::{
    BindReceiver, BindReceiverResp, BindTransceiver, BindTransceiverResp, BindTransmitter,
    BindTransmitterResp, DataSm, DataSmResp, DeliverSm, DeliverSmResp, SubmitSm, SubmitSmResp,
};
use rusmpp::tlvs::{Tlv, TlvTag, TlvValue};
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton,
    UserMessageReference,
};
use rusmpp::{Command, CommandId, Pdu as Rpdu};
use thiserror::Error;

use super::frame::Frame;
use super::message::{Address, Bind, BindMode, MessageState, Operation, Sar, ShortMessage};
use super::status::CommandStatus;

/// The most octets that short_message holds in SMPP 3.4 (section 5.2.22); more go into message_payload.
const SHORT_MESSAGE_MAX: usize = 254;
/// The most octets of message_payload that leave a PDU within [`super::MAX_PDU_LEN`].
const PAYLOAD_MAX: usize = super::MAX_PDU_LEN - 1024;

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

/// A value does not fit the field that it has to travel in.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{field} does not fit its SMPP field")]
pub struct EncodeError {
    /// The field's name in the specification.
    pub field: &'static str,
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

/// Writes a PDU without a body.
pub(super) fn encode_empty(out: &mut BytesMut, id: u32, status: CommandStatus, sequence: u32) {
    out.reserve(super::HEADER_LEN);
    out.put_u32(super::HEADER_LEN as u32);
    out.put_u32(id);
    out.put_u32(status.0);
    out.put_u32(sequence);
}

fn put(out: &mut BytesMut, status: CommandStatus, sequence: u32, pdu: Rpdu, tlvs: &[Tlv]) {
    let command = Command::new(status.0.into(), sequence, pdu);
    let length = 4 + command.length() + tlvs.length();
    out.reserve(length);
    out.put_u32(length as u32);
    command.encode(out);
    tlvs.encode(out);
}

/// Writes a bind request.
pub(super) fn encode_bind(out: &mut BytesMut, sequence: u32, bind: &Bind) -> Result<(), EncodeError> {
    let system_id = text(&bind.system_id, "system_id")?;
    let password = text(&bind.password, "password")?;
    let system_type = text(&bind.system_type, "system_type")?;
    let (version, ton, npi) = (InterfaceVersion::Smpp3_4, Ton::Unknown, Npi::Unknown);
    let range = COctetString::null();
    let pdu: Rpdu = match bind.mode {
        BindMode::Transmitter => {
            BindTransmitter::new(system_id, password, system_type, version, ton, npi, range).into()
        }
        BindMode::Receiver => {
            BindReceiver::new(system_id, password, system_type, version, ton, npi, range).into()
        }
        BindMode::Transceiver => {
            BindTransceiver::new(system_id, password, system_type, version, ton, npi, range).into()
        }
    };
    put(out, CommandStatus::ROK, sequence, pdu, &[]);
    Ok(())
}

/// Writes a bind response; a refusal has no body (section 4.1.2).
pub(super) fn encode_bind_resp(
    out: &mut BytesMut,
    sequence: u32,
    mode: BindMode,
    status: CommandStatus,
    system_id: &str,
) {
    let Some(system_id) = text(system_id, "system_id").ok().filter(|_| status.is_ok()) else {
        return encode_empty(out, response_id(bind_id(mode)), status, sequence);
    };
    let version = Some(InterfaceVersion::Smpp3_4);
    let pdu: Rpdu = match mode {
        BindMode::Transmitter => BindTransmitterResp::new(system_id, version).into(),
        BindMode::Receiver => BindReceiverResp::new(system_id, version).into(),
        BindMode::Transceiver => BindTransceiverResp::new(system_id, version).into(),
    };
    put(out, status, sequence, pdu, &[]);
}

/// Writes the answer to a message. A refused submit_sm has no body (section 4.4.2); deliver_sm_resp
/// always has its one unused octet (section 4.6.2).
pub(super) fn encode_message_resp(
    out: &mut BytesMut,
    sequence: u32,
    operation: Operation,
    status: CommandStatus,
    message_id: &str,
) {
    // An id of ours is always short ASCII; anything else becomes the empty id.
    let id = text(message_id, "message_id").unwrap_or_default();
    let pdu: Rpdu = match operation {
        Operation::Submit if !status.is_ok() => {
            return encode_empty(out, response_id(operation_id(operation)), status, sequence);
        }
        Operation::Submit => SubmitSmResp::new(id, Vec::new()).into(),
        Operation::Deliver => DeliverSmResp::new(COctetString::null(), Vec::new()).into(),
        Operation::Data => DataSmResp::new(id, Vec::new()).into(),
    };
    put(out, status, sequence, pdu, &[]);
}

/// Writes submit_sm, deliver_sm or data_sm.
pub(super) fn encode_message(
    out: &mut BytesMut,
    sequence: u32,
    operation: Operation,
    message: &ShortMessage,
) -> Result<(), EncodeError> {
    let in_tlv =
        operation == Operation::Data || message.payload_in_tlv || message.payload.len() > SHORT_MESSAGE_MAX;
    let tlvs = tlvs_of(message, in_tlv)?;
    let short = if in_tlv {
        Bytes::new()
    } else {
        message.payload.clone()
    };
    let short = OctetString::from_bytes(short).map_err(|_| EncodeError {
        field: "short_message",
    })?;
    let source_addr = text(&message.source.addr, "source_addr")?;
    let destination_addr = text(&message.dest.addr, "destination_addr")?;
    let validity_period =
        EmptyOrFullCOctetString::from_string(message.validity_period.clone()).map_err(|_| EncodeError {
            field: "validity_period",
        })?;
    let pdu: Rpdu = match operation {
        Operation::Submit => SubmitSm::builder()
            .source_addr_ton(Ton::from(message.source.ton))
            .source_addr_npi(Npi::from(message.source.npi))
            .source_addr(source_addr)
            .dest_addr_ton(Ton::from(message.dest.ton))
            .dest_addr_npi(Npi::from(message.dest.npi))
            .destination_addr(destination_addr)
            .esm_class(EsmClass::from(message.esm_class))
            .protocol_id(message.protocol_id)
            .validity_period(validity_period)
            .registered_delivery(RegisteredDelivery::from(message.registered_delivery))
            .data_coding(DataCoding::from(message.data_coding))
            .short_message(short)
            .build()
            .into(),
        // schedule_delivery_time and validity_period stay empty in deliver_sm (section 4.6.1).
        Operation::Deliver => DeliverSm::builder()
            .source_addr_ton(Ton::from(message.source.ton))
            .source_addr_npi(Npi::from(message.source.npi))
            .source_addr(source_addr)
            .dest_addr_ton(Ton::from(message.dest.ton))
            .dest_addr_npi(Npi::from(message.dest.npi))
            .destination_addr(destination_addr)
            .esm_class(EsmClass::from(message.esm_class))
            .protocol_id(message.protocol_id)
            .registered_delivery(RegisteredDelivery::from(message.registered_delivery))
            .data_coding(DataCoding::from(message.data_coding))
            .short_message(short)
            .build()
            .into(),
        Operation::Data => DataSm::builder()
            .source_addr_ton(Ton::from(message.source.ton))
            .source_addr_npi(Npi::from(message.source.npi))
            .source_addr(source_addr)
            .dest_addr_ton(Ton::from(message.dest.ton))
            .dest_addr_npi(Npi::from(message.dest.npi))
            .destination_addr(destination_addr)
            .esm_class(EsmClass::from(message.esm_class))
            .registered_delivery(RegisteredDelivery::from(message.registered_delivery))
            .data_coding(DataCoding::from(message.data_coding))
            .build()
            .into(),
    };
    put(out, CommandStatus::ROK, sequence, pdu, &tlvs);
    Ok(())
}

fn tlvs_of(message: &ShortMessage, in_tlv: bool) -> Result<Vec<Tlv>, EncodeError> {
    let mut tlvs = Vec::new();
    if in_tlv {
        if message.payload.len() > PAYLOAD_MAX {
            return Err(EncodeError {
                field: "message_payload",
            });
        }
        let octets = AnyOctetString::from_bytes(message.payload.clone());
        tlvs.push(Tlv::new(TlvValue::MessagePayload(MessagePayload::new(octets))));
    }
    if let Some(sar) = message.sar {
        tlvs.push(Tlv::new(TlvValue::SarMsgRefNum(sar.reference)));
        tlvs.push(Tlv::new(TlvValue::SarTotalSegments(sar.total)));
        tlvs.push(Tlv::new(TlvValue::SarSegmentSeqnum(sar.part)));
    }
    if let Some(id) = &message.receipted_message_id {
        tlvs.push(Tlv::new(TlvValue::ReceiptedMessageId(text(
            id,
            "receipted_message_id",
        )?)));
    }
    if let Some(MessageState(state)) = message.message_state {
        tlvs.push(Tlv::new(TlvValue::MessageState(state.into())));
    }
    if let Some(reference) = message.user_message_reference {
        tlvs.push(Tlv::new(TlvValue::UserMessageReference(
            UserMessageReference::new(reference),
        )));
    }
    Ok(tlvs)
}

fn text<const MAX: usize>(value: &str, field: &'static str) -> Result<COctetString<1, MAX>, EncodeError> {
    COctetString::from_string(value.to_owned()).map_err(|_| EncodeError { field })
}
