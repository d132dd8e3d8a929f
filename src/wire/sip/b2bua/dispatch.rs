//! Who gets what comes: a call, the driver, or nobody.

use super::call::Call;
use super::core::{ALLOW, OUTSIDE};
use super::{CallId, Calls, Event, Failure, Outcome, Side, arrival};
use crate::wire::sip::dialog::Tag;
use crate::wire::sip::flow::Source;
use crate::wire::sip::message::{Extra, Incoming, IncomingRequest, Method};
use crate::wire::sip::transaction::{self, ServerId, User};

impl Calls {
    /// Whether a message is part of something that goes on: an answer, an ACK, the CANCEL of an INVITE that is known, or
    /// a request within a call. All others begin something.
    pub fn goes_on(&self, message: &Incoming) -> bool {
        let Incoming::Request(request) = message else {
            return true;
        };
        match request.method() {
            Method::Ack => true,
            Method::Cancel => self.core.transactions.knows_invite(request),
            _ => self.owner(request).is_some(),
        }
    }

    /// Works off what the transactions have to say.
    pub(super) fn work(&mut self) {
        while let Some(event) = self.core.transactions.poll_event() {
            self.take(event);
        }
    }

    fn take(&mut self, event: transaction::Event) {
        use transaction::Event as From;
        match event {
            From::Request { id, request, source } => self.request(id, request, source),
            From::Cancelled { id, user } => {
                if let Some(User(call)) = user {
                    self.with(CallId(call), |call, core| call.cancelled(core, id));
                }
            }
            From::Ack { request, .. } => {
                if let Some((call, side)) = self.owner(&request) {
                    self.with(call, |call, core| call.acknowledged(core, side, &request));
                }
            }
            From::Response {
                id,
                user: User(user),
                response,
                source,
            } => {
                if user & OUTSIDE != 0 {
                    if response.status() >= 200
                        && let Some(user) = self.outside.remove(&user)
                    {
                        let outcome = Outcome::Response(response);
                        self.core.events.push_back(Event::Answered { user, outcome });
                    }
                } else if self
                    .with(CallId(user), |call, core| {
                        call.answered(core, id, &response, source)
                    })
                    .is_none()
                {
                    self.core.refuse_late_answer(&response, source);
                }
            }
            From::StrayResponse { response, source } => self.core.refuse_late_answer(&response, source),
            From::TimedOut {
                id,
                user,
                after_provisional,
            } => {
                if after_provisional {
                    // Timer C: the far end rings for ever.
                    self.core.transactions.cancel(self.core.now, id);
                }
                self.unanswered(id, user, Failure::TimedOut);
            }
            From::Unreachable { id, user } => self.unanswered(id, user, Failure::Unreachable),
            From::Unacknowledged { .. } => {}
        }
    }

    fn unanswered(&mut self, id: transaction::ClientId, User(user): User, failure: Failure) {
        if user & OUTSIDE == 0 {
            self.with(CallId(user), |call, core| call.unanswered(core, id, failure));
        } else if let Some(user) = self.outside.remove(&user) {
            let outcome = match failure {
                Failure::Unreachable => Outcome::Unreachable,
                _ => Outcome::TimedOut,
            };
            self.core.events.push_back(Event::Answered { user, outcome });
        }
    }

    /// Whom the tag of To names.
    fn owner(&self, request: &IncomingRequest) -> Option<(CallId, Side)> {
        let tag = request.to().tag.as_deref().and_then(Tag::parse)?;
        self.core.tags.get(&tag).copied()
    }

    fn request(&mut self, id: ServerId, request: Box<IncomingRequest>, source: Source) {
        if request.to().tag.is_some() {
            let owner = self.owner(&request);
            let found = owner.and_then(|(call, side)| {
                self.with(call, |call, core| call.receive(core, side, id, &request, source))
            });
            if found.is_none() {
                self.core.reject(id, 481, Vec::new());
            }
            return;
        }
        let known = !matches!(request.method(), Method::Other(_));
        if let Some((status, extra)) = arrival::unserved(&request).filter(|_| known) {
            return self.core.reject(id, status, extra);
        }
        match request.method() {
            Method::Invite => self.invite(id, request, source),
            Method::Options | Method::Register | Method::Message | Method::Subscribe | Method::Publish => {
                self.core.events.push_back(Event::Request { id, request, source });
            }
            Method::Refer => {
                let reason = Extra::Reason {
                    protocol: "SIP",
                    cause: 603,
                    text: "Calls are not transferred here",
                };
                self.core.reject(id, 603, vec![reason]);
            }
            Method::Notify => self.core.reject(id, 489, Vec::new()),
            Method::Bye | Method::Prack | Method::Update | Method::Info => {
                self.core.reject(id, 481, Vec::new())
            }
            Method::Other(_) | Method::Ack | Method::Cancel => {
                self.core.reject(id, 501, vec![Extra::Allow(ALLOW)]);
            }
        }
    }

    fn invite(&mut self, id: ServerId, request: Box<IncomingRequest>, source: Source) {
        if let Some((status, extra)) = arrival::fault(&self.core, &request) {
            return self.core.reject(id, status, extra);
        }
        let settings = &self.core.settings;
        let full = self.table.live() >= settings.calls || self.table.undecided() >= settings.undecided;
        if full || self.draining {
            self.overloaded += u64::from(full);
            let retry = Extra::RetryAfter(settings.retry_after_s);
            return self.core.reject(id, 503, vec![retry]);
        }
        let call = self.table.next_id();
        match Call::arriving(&mut self.core, call, id, &request, source) {
            Ok(new) => {
                let media = new.caller.offered_address();
                let call = self.table.insert(|_| new);
                let sdp = request.body().is_some();
                self.core.events.push_back(Event::Asked {
                    call,
                    invite: request,
                    source,
                    media,
                });
                self.core.received(call, Side::Caller, &Method::Invite, None, sdp);
            }
            Err(status) => self.core.reject(id, status, Vec::new()),
        }
    }
}
