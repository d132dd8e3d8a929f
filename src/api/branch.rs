//! The route table as data: nested branches with doors, built into actix scopes, and listed for tests.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::{Error, FromRequest, Handler, Responder, Route, Scope};

use super::auth;

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Anybody.
    Open,
    /// Whoever has a living key.
    Bearer,
    /// Whose key opens the community in the path.
    Community,
    /// Whose key opens everything.
    Admin,
}

struct Door {
    method: Method,
    gate: Gate,
    route: Route,
}

/// A part of the path with what can be done there and what lies below.
pub struct Branch {
    path: &'static str,
    gate: Gate,
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
}

/// A branch that is as open as the one above it.
pub fn branch(path: &'static str) -> Branch {
    Branch {
        path,
        gate: Gate::Open,
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
        let route = match gate {
            Gate::Admin => route.wrap(from_fn(auth::admin)),
            _ => route,
        };
        self.doors.push(Door { method, gate, route });
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

    /// `POST`, for admins only.
    pub fn admin_post<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.door(Method::POST, Gate::Admin, handler)
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
        self.listed("", Gate::Open)
    }

    fn listed(&self, above: &str, outer: Gate) -> Vec<Listed> {
        let (path, gate) = (format!("{above}{}", self.path), outer.max(self.gate));
        let own = self.doors.iter().map(|door| Listed {
            method: door.method.clone(),
            path: path.clone(),
            gate: gate.max(door.gate),
        });
        let below = self.below.iter().flat_map(|b| b.listed(&path, gate));
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
        let gate = self.gate;
        // A leaf is a resource; a scope's own doors are the resource at its empty rest of the path.
        let mut own = web::resource(if self.below.is_empty() { self.path } else { "" });
        let has_doors = !self.doors.is_empty();
        for door in self.doors {
            own = own.route(door.route);
        }
        if self.below.is_empty() {
            return match gate {
                Gate::Open => scope.service(own),
                Gate::Bearer => scope.service(own.wrap(from_fn(auth::bearer))),
                Gate::Community => scope.service(own.wrap(from_fn(auth::community))),
                Gate::Admin => scope.service(own.wrap(from_fn(auth::admin))),
            };
        }
        let mut inner = web::scope(self.path);
        if has_doors {
            inner = inner.service(own);
        }
        let inner = self.below.into_iter().fold(inner, |s, b| b.build_into(s));
        match gate {
            Gate::Open => scope.service(inner),
            Gate::Bearer => scope.service(inner.wrap(from_fn(auth::bearer))),
            Gate::Community => scope.service(inner.wrap(from_fn(auth::community))),
            Gate::Admin => scope.service(inner.wrap(from_fn(auth::admin))),
        }
    }
}
