//! Writing PDUs (SMPP 3.4, section 4).

use bytes::{BufMut, Bytes, BytesMut};
use rusmpp::encode::Length;
use rusmpp::encode::owned::Encode;
use rusmpp::pdus::{
    BindReceiver, BindReceiverResp, BindTransceiver, BindTransceiverResp, BindTransmitter,
    BindTransmitterResp, DataSm, DataSmResp, DeliverSm, DeliverSmResp, SubmitSm, SubmitSmResp,
};
use rusmpp::tlvs::{Tlv, TlvValue};
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton,
    UserMessageReference,
};
use rusmpp::{Command, Pdu as Rpdu};
use thiserror::Error;

use super::super::message::{Bind, BindMode, MessageState, Operation, ShortMessage};
use super::super::status::CommandStatus;
use super::super::{HEADER_LEN, MAX_PDU_LEN};
use super::{bind_id, operation_id, response_id};

/// The most octets that short_message holds in SMPP 3.4 (section 5.2.22); more go into message_payload.
const SHORT_MESSAGE_MAX: usize = 254;
/// The most octets of message_payload that leave a PDU within [`MAX_PDU_LEN`].
const PAYLOAD_MAX: usize = MAX_PDU_LEN - 1024;

/// A value does not fit the field that it has to travel in.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{field} does not fit its SMPP field")]
pub struct EncodeError {
    /// The field's name in the specification.
    pub field: &'static str,
}

/// Writes a PDU without a body.
pub(in super::super) fn encode_empty(out: &mut BytesMut, id: u32, status: CommandStatus, sequence: u32) {
    out.reserve(HEADER_LEN);
    out.put_u32(HEADER_LEN as u32);
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
pub(in super::super) fn encode_bind(
    out: &mut BytesMut,
    sequence: u32,
    bind: &Bind,
) -> Result<(), EncodeError> {
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
pub(in super::super) fn encode_bind_resp(
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
pub(in super::super) fn encode_message_resp(
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
pub(in super::super) fn encode_message(
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
