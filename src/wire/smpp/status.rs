//! The command_status codes (SMPP 3.4, section 5.1.3).

use std::fmt;

/// A command_status: zero is success.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandStatus(pub u32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl CommandStatus {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// The specification's word, where the code is known here.
            pub fn word(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(concat!("ESME_", stringify!($name))),)*
                    _ => None,
                }
            }
        }
    };
}

statuses! {
    /// No error.
    ROK = 0x00;
    /// Message length is invalid.
    RINVMSGLEN = 0x01;
    /// Command length is invalid.
    RINVCMDLEN = 0x02;
    /// Unknown command.
    RINVCMDID = 0x03;
    /// Not allowed in this bind state.
    RINVBNDSTS = 0x04;
    /// Already bound.
    RALYBND = 0x05;
    /// System error.
    RSYSERR = 0x08;
    /// Bad source address.
    RINVSRCADR = 0x0a;
    /// Bad destination address.
    RINVDSTADR = 0x0b;
    /// The bind failed.
    RBINDFAIL = 0x0d;
    /// Wrong password.
    RINVPASWD = 0x0e;
    /// Unknown system_id.
    RINVSYSID = 0x0f;
    /// cancel_sm failed.
    RCANCELFAIL = 0x11;
    /// replace_sm failed.
    RREPLACEFAIL = 0x13;
    /// The message queue is full.
    RMSGQFUL = 0x14;
    /// Bad service type.
    RINVSERTYP = 0x15;
    /// Bad esm_class.
    RINVESMCLASS = 0x43;
    /// submit_sm failed.
    RSUBMITFAIL = 0x45;
    /// Bad system_type.
    RINVSYSTYP = 0x53;
    /// Sent faster than allowed.
    RTHROTTLED = 0x58;
    /// Bad scheduled delivery time.
    RINVSCHED = 0x61;
    /// Bad validity period.
    RINVEXPIRY = 0x62;
    /// The receiver has a temporary error: send it again.
    RX_T_APPN = 0x64;
    /// The receiver has a permanent error.
    RX_P_APPN = 0x65;
    /// The receiver rejects the message.
    RX_R_APPN = 0x66;
    /// query_sm failed.
    RQUERYFAIL = 0x67;
    /// The optional part of the body is malformed.
    RINVOPTPARSTREAM = 0xc0;
    /// A parameter has an invalid length.
    RINVPARLEN = 0xc2;
    /// An optional parameter that the operation needs is missing.
    RMISSINGOPTPARAM = 0xc3;
    /// An optional parameter has an invalid value.
    RINVOPTPARAMVAL = 0xc4;
    /// Delivery failed (data_sm_resp).
    RDELIVERYFAILURE = 0xfe;
    /// An unknown error.
    RUNKNOWNERR = 0xff;
    /// The data coding is not supported (SMPP 5.0, 4.7.6; understood by 3.4 peers as "refused").
    RINVDCS = 0x104;
}

impl CommandStatus {
    /// True for success.
    pub fn is_ok(self) -> bool {
        self == Self::ROK
    }

    /// True where the same request may succeed later: it is worth another try.
    pub fn is_temporary(self) -> bool {
        self.is_slow_down()
            || matches!(
                self,
                Self::RSYSERR | Self::RX_T_APPN | Self::RINVBNDSTS | Self::RUNKNOWNERR
            )
    }

    /// True where the peer asks for fewer requests a second.
    pub fn is_slow_down(self) -> bool {
        matches!(self, Self::RTHROTTLED | Self::RMSGQFUL)
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word() {
            Some(word) => f.write_str(word),
            None => write!(f, "command_status {:#010x}", self.0),
        }
    }
}

impl fmt::Debug for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
