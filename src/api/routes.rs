//! Every route of the API, and who may pass.

use super::branch::{Branch, Gate, Listed, branch};
use super::{
    assignments, communities, contacts, devices, docs, health, keys, loopback, members, messages, numbers,
    openapi, pools, resolve,
};

/// The route table.
#[rustfmt::skip]
pub(crate) fn tree() -> Vec<Branch> {
    vec![
        branch("/healthz").get(health::alive),
        branch("/readyz").get(health::ready),
        branch("/openapi.json").get(openapi::serve),
        branch("/docs").get(docs::serve),
        branch("/v1").gate(Gate::Bearer).with([
            branch("/keys").gate(Gate::Admin).with([
                branch("").get(keys::list).post(keys::create),
                branch("/{key}").delete(keys::revoke),
            ]),
            branch("/loopback").gate(Gate::Admin).with([
                branch("/phones/{phone}/texts").get(loopback::inbox).post(loopback::send),
            ]),
            branch("/communities").get(communities::list).admin_post(communities::create),
            branch("/communities/{community}").gate(Gate::Community).get(communities::one).patch(communities::edit).with([
                branch("/members").get(members::list).post(members::create),
                branch("/members/{member}").get(members::one).patch(members::edit).delete(members::remove).with([
                    branch("/devices").get(devices::list).post(devices::create),
                    branch("/devices/{device}").delete(devices::remove),
                    branch("/contacts").get(contacts::list).post(contacts::create),
                    branch("/contacts/{contact}").get(contacts::one).patch(contacts::edit).delete(contacts::remove).with([
                        branch("/accept").post(contacts::accept),
                    ]),
                ]),
                branch("/pools").get(pools::list).post(pools::create),
                branch("/pools/{pool}").get(pools::one),
                branch("/numbers").get(numbers::list).post(numbers::create),
                branch("/numbers/{number}").get(numbers::one).patch(numbers::edit).delete(numbers::remove),
                branch("/assignments").get(assignments::list),
                branch("/messages").get(messages::list).post(messages::send),
                branch("/messages/{message}").get(messages::one),
                branch("/quarantine").get(messages::quarantine),
                branch("/resolve").get(resolve::resolve),
            ]),
        ]),
    ]
}

/// All routes with who may pass, for documentation and tests.
pub fn list() -> Vec<Listed> {
    tree().iter().flat_map(Branch::list).collect()
}
