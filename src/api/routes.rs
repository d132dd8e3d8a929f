//! Every route of the API, and who may pass.

use super::branch::{Branch, Gate, Listed, branch};
use super::{
    assignments, blocks, book, book_links, bulk, calls, campaigns, capacity, communities, contact_history,
    contacts, deliveries, devices, docs, endpoints, erasures, events, health, hubs, imports, interactions,
    keys, loopback, members, messages, metrics, numbers, openapi, opt_ins, opt_outs, pools, releases,
    resolve, swaps, traffic, verifications,
};

/// The route table.
#[rustfmt::skip]
pub(crate) fn tree() -> Vec<Branch> {
    vec![
        branch("/healthz").get(health::alive),
        branch("/readyz").get(health::ready),
        branch("/openapi.json").get(openapi::serve),
        branch("/docs").get(docs::serve),
        branch("/book/{community}/{token}").get(book::show).with([
            branch("/contacts.vcf").get(book::take),
            branch("/contacts/{contact}/qr.svg").get(book::card),
        ]),
        branch("/metrics").gate(Gate::Metrics).get(metrics::show),
        branch("/v1").gate(Gate::Bearer).with([
            branch("/keys").gate(Gate::Admin).with([
                branch("").get(keys::list).post(keys::create),
                branch("/{key}").get(keys::one).tagged().delete(keys::revoke),
            ]),
            branch("/loopback").gate(Gate::Admin).with([
                branch("/phones/{phone}/texts").get(loopback::inbox).post(loopback::send),
            ]),
            branch("/verifications").gate(Gate::Admin).with([
                branch("").get(verifications::list).post(verifications::create),
                branch("/{verification}").get(verifications::one).tagged().with([
                    branch("/report").get(verifications::report),
                ]),
            ]),
            branch("/events").get(events::stream),
            branch("/communities").get(communities::list).post(communities::create).tagged().only(Gate::Admin),
            branch("/communities/{community}").gate(Gate::Community)
                .get(communities::one).tagged()
                .patch(communities::edit).tagged().only(Gate::Manage)
                .with([
                branch("/members").get(members::list).post(members::create).tagged(),
                branch("/members/{member}").get(members::one).tagged().patch(members::edit).tagged().delete(members::remove).with([
                    branch("/devices").get(devices::list).post(devices::create).tagged(),
                    branch("/devices/{device}").get(devices::one).tagged().patch(devices::edit).tagged().delete(devices::remove).with([
                        branch("/freeze").post(devices::freeze).tagged(),
                        branch("/thaw").post(devices::thaw).tagged(),
                        branch("/replace").post(devices::replace).only(Gate::Manage),
                    ]),
                    branch("/releases/{number}").get(releases::one).tagged().delete(releases::discard).only(Gate::Manage).with([
                        branch("/re_pair").post(releases::re_pair).only(Gate::Manage),
                    ]),
                    branch("/blocks").get(blocks::list).post(blocks::create),
                    branch("/blocks/{contact}").get(blocks::one).tagged().delete(blocks::remove),
                    branch("/export").get(erasures::export).only(Gate::Manage),
                    branch("/erase").post(erasures::erase).only(Gate::Manage),
                    branch("/contacts").get(contacts::list).post(contacts::create).tagged(),
                    branch("/book_links").get(book_links::list).post(book_links::create),
                    branch("/book_links/{book_link}").get(book_links::one).tagged().delete(book_links::revoke),
                    branch("/contacts/bulk").post(bulk::create),
                    branch("/contacts/{contact}").get(contacts::one).tagged().patch(contacts::edit).tagged().delete(contacts::remove).with([
                        branch("/accept").post(contacts::accept).tagged(),
                        branch("/history").get(contact_history::list),
                        branch("/traffic").get(traffic::of_pair),
                    ]),
                ]),
                branch("/pools").get(pools::list).post(pools::create).tagged().only(Gate::Manage),
                branch("/pools/{pool}").get(pools::one).tagged(),
                branch("/numbers").get(numbers::list).post(numbers::create).tagged().only(Gate::Manage),
                branch("/numbers/{number}").get(numbers::one).tagged()
                    .patch(numbers::edit).tagged().only(Gate::Manage)
                    .delete(numbers::remove).only(Gate::Manage)
                    .with([
                    branch("/traffic").get(traffic::of_number),
                ]),
                branch("/campaigns").get(campaigns::list).post(campaigns::create).tagged().only(Gate::Manage),
                branch("/campaigns/{campaign}").get(campaigns::one).tagged()
                    .patch(campaigns::edit).tagged().only(Gate::Manage)
                    .delete(campaigns::remove).only(Gate::Manage),
                branch("/traffic").get(traffic::list),
                branch("/swaps").gate(Gate::Manage).get(swaps::list).post(swaps::create).with([
                    branch("/plan").post(swaps::plan),
                    branch("/{swap}").get(swaps::one).tagged().with([
                        branch("/moves").get(swaps::moves),
                        branch("/pause").post(swaps::pause),
                        branch("/resume").post(swaps::resume),
                        branch("/undo").post(swaps::undo),
                    ]),
                ]),
                branch("/hubs").get(hubs::list).only(Gate::Manage),
                branch("/assignments").get(assignments::list),
                branch("/capacity").gate(Gate::Manage).get(capacity::summary).with([
                    branch("/members").get(capacity::members),
                    branch("/what_if").post(capacity::what_if),
                ]),
                branch("/messages").get(messages::list).post(messages::send).own_repeats(),
                branch("/messages/{message}").get(messages::one).tagged(),
                branch("/calls").get(calls::list).post(calls::place),
                branch("/calls/{call}").get(calls::one).tagged().with([
                    branch("/hang_up").post(calls::hang_up),
                ]),
                branch("/interactions").get(interactions::list),
                branch("/quarantine").get(messages::quarantine),
                branch("/quarantine/{message}").get(messages::held).tagged().with([
                    branch("/release").gate(Gate::Manage).post(messages::release).tagged(),
                    branch("/discard").gate(Gate::Manage).post(messages::discard).tagged(),
                ]),
                branch("/releases").get(releases::list),
                branch("/opt_outs").get(opt_outs::list),
                branch("/opt_outs/{opt_out}").get(opt_outs::one).tagged(),
                branch("/opt_ins").get(opt_ins::list).post(opt_ins::create),
                branch("/opt_ins/{opt_in}").get(opt_ins::one).tagged().delete(opt_ins::revoke),
                branch("/callback_endpoints").get(endpoints::list).post(endpoints::create),
                branch("/callback_endpoints/{endpoint}")
                    .get(endpoints::one).tagged().patch(endpoints::edit).tagged().delete(endpoints::remove)
                    .with([
                    branch("/test").post(endpoints::test),
                    branch("/rotate_secret").post(endpoints::rotate_secret),
                    branch("/replay_dead").post(endpoints::replay_dead),
                ]),
                branch("/deliveries").get(deliveries::list),
                branch("/deliveries/{delivery}").get(deliveries::one).tagged().with([
                    branch("/replay").post(deliveries::replay),
                ]),
                branch("/imports").gate(Gate::Manage).with([
                    branch("").get(imports::list).post(imports::create),
                    branch("/{import}").get(imports::one).tagged().with([
                        branch("/refused_rows").get(imports::refused),
                    ]),
                ]),
                branch("/resolve").get(resolve::resolve).only(Gate::Manage),
            ]),
        ]),
    ]
}

/// All routes with who may pass, for documentation and tests.
pub fn list() -> Vec<Listed> {
    tree().iter().flat_map(Branch::list).collect()
}
