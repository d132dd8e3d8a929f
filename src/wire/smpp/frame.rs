//! Cutting a byte stream into PDUs by their command_length (SMPP 3.4, sections 2.6 and 3.2).

use bytes::{Buf, BytesMut};
use thiserror::Error;

/// Octets of every PDU's header: length, id, status, sequence number.
pub const HEADER_LEN: usize = 16;

/// The largest command_length that can be allowed: a message_payload of 64 KiB with room for the rest.
pub const MAX_PDU_LEN: usize = 64 * 1024;

/// One PDU with its header read and its body still raw.
#[derive(Debug)]
pub(super) struct Frame {
    /// command_id.
    pub id: u32,
    /// command_status.
    pub status: u32,
    /// sequence_number.
    pub sequence: u32,
    /// What follows the header.
    pub body: BytesMut,
}

/// The stream cannot be cut any further: the link has to be closed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a command_length of {length} is outside 16..={max}")]
pub struct FrameError {
    /// What the peer wrote.
    pub length: u32,
    /// The largest length that is taken here.
    pub max: usize,
}

/// Collects bytes and gives out whole PDUs.
#[derive(Debug)]
pub(super) struct Framer {
    buffer: BytesMut,
    max: usize,
}

impl Framer {
    pub fn new(max: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            max: max.clamp(HEADER_LEN, MAX_PDU_LEN),
        }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole PDU; `None` until more bytes come.
    pub fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(head) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*head);
        let Some(size) = usize::try_from(length)
            .ok()
            .filter(|n| (HEADER_LEN..=self.max).contains(n))
        else {
            return Err(FrameError {
                length,
                max: self.max,
            });
        };
        if self.buffer.len() < size {
            return Ok(None);
        }
        let mut body = self.buffer.split_to(size);
        body.advance(4);
        let (id, status, sequence) = (body.get_u32(), body.get_u32(), body.get_u32());
        Ok(Some(Frame {
            id,
            status,
            sequence,
            body,
        }))
    }
}
