//! The route table as data: nested branches with doors, built into actix scopes, and listed for tests.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::{Error, FromRequest, Handler, Responder, Route, Scope};

use super::{auth, etag, repeat, supervised};

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Anybody.
    Open,
    /// Whoever has a living key.
    Bearer,
    /// Whoever is signed in with a browser; no key.
    Session,
    /// Whom the setting `http.metrics` lets pass.
    Metrics,
    /// Whose key opens the community in the path.
    Community,
    /// Whose key opens the community in the path and manages it: not an app's.
    Manage,
    /// Whose key opens everything.
    Admin,
}

struct Door {
    method: Method,
    gate: Gate,
    route: Route,
    /// Answers one thing as its GET has it: with an ETag.
    tagged: bool,
    /// Knows repeated requests itself.
    own_repeats: bool,
}

/// A part of the path with what can be done there and what lies below.
pub struct Branch {
    path: &'static str,
    gate: Gate,
    written_down: bool,
    doors: Vec<Door>,
    below: Vec<Branch>,
}

/// One route as the table has it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The method.
    pub method: Method,
    /// The whole pattern, as in `/v1/communities/{community}`.
    pub path: String,
    /// The narrowest gate on the way.
    pub gate: Gate,
    /// It answers with an ETag.
    pub tagged: bool,
    /// What an API key changes there is in the audit log.
    pub written_down: bool,
}

/// A branch that is as open as the one above it.
pub fn branch(path: &'static str) -> Branch {
    Branch {
        path,
        gate: Gate::Open,
        written_down: false,
        doors: Vec::new(),
        below: Vec::new(),
    }
}

impl Branch {
    /// Lets only those pass here and below whom the gate lets pass.
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gate = gate;
        self
    }

    /// What API keys change here and below is written down in the audit log, as what people change is everywhere.
    pub fn written_down(mut self) -> Self {
        self.written_down = true;
        self
    }

    /// What lies below.
    pub fn with(mut self, below: impl IntoIterator<Item = Branch>) -> Self {
        self.below.extend(below);
        self
    }

    fn door<H, A>(mut self, method: Method, gate: Gate, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        let route = web::method(method.clone()).to(handler);
        self.doors.push(Door {
            method,
            gate,
            route,
            tagged: false,
            own_repeats: false,
        });
        self
    }

    /// Lets only those through the last door whom the gate lets pass.
    pub fn only(mut self, gate: Gate) -> Self {
        if let Some(door) = self.doors.last_mut() {
            door.gate = gate;
        }
        self
    }

    /// The last door answers one thing as its GET has it, with an ETag.
    pub fn tagged(mut self) -> Self {
        if let Some(door) = self.doors.last_mut() {
            door.tagged = true;
        }
        self
    }

    /// The last door knows repeated requests itself.
    pub fn own_repeats(mut self) -> Self {
        if let Some(door) = self.doors.last_mut() {
            door.own_repeats = true;
        }
        self
    }

    /// `GET`.
    pub fn get<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.door(Method::GET, Gate::Open, handler)
    }

    /// `POST`.
    pub fn post<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.door(Method::POST, Gate::Open, handler)
    }

    /// `PATCH`.
    pub fn patch<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.door(Method::PATCH, Gate::Open, handler)
    }

    /// `DELETE`.
    pub fn delete<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.door(Method::DELETE, Gate::Open, handler)
    }

    /// All routes here and below.
    pub fn list(&self) -> Vec<Listed> {
        self.listed("", Gate::Open, false)
    }

    fn listed(&self, above: &str, outer: Gate, written_down: bool) -> Vec<Listed> {
        let (path, gate) = (format!("{above}{}", self.path), outer.max(self.gate));
        let written_down = written_down || self.written_down;
        let own = self.doors.iter().map(|door| Listed {
            method: door.method.clone(),
            path: path.clone(),
            gate: gate.max(door.gate),
            tagged: door.tagged,
            written_down,
        });
        let below = self
            .below
            .iter()
            .flat_map(|b| b.listed(&path, gate, written_down));
        own.chain(below).collect()
    }

    /// Adds this branch to a scope.
    pub fn build_into<T>(self, scope: Scope<T>) -> Scope<T>
    where
        T: ServiceFactory<
                ServiceRequest,
                Config = (),
                Response = ServiceResponse<BoxBody>,
                Error = Error,
                InitError = (),
            >,
    {
        let (gate, written_down) = (self.gate, self.written_down);
        // A leaf is a resource; a scope's own doors are the resource at its empty rest of the path.
        let mut own = web::resource(if self.below.is_empty() { self.path } else { "" });
        let has_doors = !self.doors.is_empty();
        for door in self.doors {
            own = own.route(door.built(written_down));
        }
        if self.below.is_empty() {
            return match gate {
                Gate::Open => scope.service(own),
                Gate::Bearer => scope.service(own.wrap(from_fn(auth::bearer))),
                Gate::Session => scope.service(own.wrap(from_fn(auth::session))),
                Gate::Metrics => scope.service(own.wrap(from_fn(auth::metrics))),
                Gate::Community => scope.service(own.wrap(from_fn(auth::community))),
                Gate::Manage => scope.service(own.wrap(from_fn(auth::manage))),
                Gate::Admin => scope.service(own.wrap(from_fn(auth::admin))),
            };
        }
        let mut inner = web::scope(self.path);
        if has_doors {
            inner = inner.service(own);
        }
        let inner = self.below.into_iter().fold(inner, |scope, mut branch| {
            branch.written_down |= written_down;
            branch.build_into(scope)
        });
        match gate {
            Gate::Open => scope.service(inner),
            Gate::Bearer => scope.service(inner.wrap(from_fn(auth::bearer))),
            Gate::Session => scope.service(inner.wrap(from_fn(auth::session))),
            Gate::Metrics => scope.service(inner.wrap(from_fn(auth::metrics))),
            Gate::Community => scope.service(inner.wrap(from_fn(auth::community))),
            Gate::Manage => scope.service(inner.wrap(from_fn(auth::manage))),
            Gate::Admin => scope.service(inner.wrap(from_fn(auth::admin))),
        }
    }
}

impl Door {
    /// The route with all that stands before its handler; what is wrapped last is met first.
    fn built(self, written_down: bool) -> Route {
        let mut route = self.route;
        if self.method == Method::POST && !self.own_repeats {
            route = route.wrap(from_fn(repeat::once));
        }
        if self.tagged {
            route = route.wrap(from_fn(etag::tagged));
        }
        if written_down && !auth::is_safe(&self.method) {
            route = route.wrap(from_fn(supervised::by_key));
        }
        match self.gate {
            Gate::Open | Gate::Community => route,
            Gate::Bearer => route.wrap(from_fn(auth::bearer)),
            Gate::Session => route.wrap(from_fn(auth::session)),
            Gate::Metrics => route.wrap(from_fn(auth::metrics)),
            Gate::Manage => route.wrap(from_fn(auth::manage)),
            Gate::Admin => route.wrap(from_fn(auth::admin)),
        }
    }
}
