//! What is to be done so that things are as a pool file says: a pure function of both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::parse::{CampaignEntry, NumberEntry, PoolFile};
use super::state::{CampaignNow, NumberNow, State};
use crate::domain::E164;
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, NumberState};
use crate::store::StoreError;
use crate::switchboard::error::{Result, SwitchboardError};

/// What is to be done, and what is left alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = PoolPlan)]
pub struct Plan {
    /// In the order in which it is done.
    pub changes: Vec<Change>,
    /// What exists and is not in the file.
    pub unmanaged: Unmanaged,
    /// Numbers that a swap has emptied and that lead nowhere any more: they can be removed.
    pub retired: Vec<E164>,
}

/// What exists and is not in the file; of members and contacts the first thousand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Unmanaged {
    /// Pools, by name.
    #[schema(example = json!(["south"]))]
    pub pools: Vec<String>,
    /// Campaigns, by name.
    #[schema(example = json!([]))]
    pub campaigns: Vec<String>,
    /// Numbers.
    pub numbers: Vec<E164>,
    /// Members, by name and id.
    #[schema(example = json!(["Ann (mem_1tq3v8r4w0801)"]))]
    pub members: Vec<String>,
    /// Contacts, by both ids.
    #[schema(example = json!([]))]
    pub contacts: Vec<String>,
}

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = PoolChange)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The community is new.
    CreateCommunity {
        /// Its name.
        #[schema(example = "Riders")]
        name: String,
        /// Its policy, whole.
        policy: Box<Policy>,
    },
    /// The community decides otherwise.
    ChangePolicy {
        /// What becomes different.
        fields: Vec<FieldChange>,
        /// The policy as it will be.
        policy: Box<Policy>,
    },
    /// A pool is new.
    CreatePool {
        /// Its name.
        #[schema(example = "main")]
        name: String,
    },
    /// A campaign is new.
    CreateCampaign {
        /// Its name.
        name: String,
        /// Texts a second; 0 = no limit.
        rate_per_s: f64,
        /// Texts a day; 0 = no limit.
        texts_per_day: i64,
    },
    /// A campaign becomes different.
    ChangeCampaign {
        /// Its name.
        name: String,
        /// What becomes different.
        fields: Vec<FieldChange>,
    },
    /// A number is new.
    CreateNumber {
        /// The number.
        number: E164,
        /// Its pool's name.
        pool: String,
        /// Its carrier.
        carrier: String,
        /// Whether it takes pairs.
        state: NumberState,
        /// Whether it is the desk.
        desk: bool,
        /// Whether it is a hub.
        hub: bool,
    },
    /// A number becomes different.
    ChangeNumber {
        /// The number.
        number: E164,
        /// What becomes different.
        fields: Vec<FieldChange>,
    },
    /// A member is new.
    CreateMember {
        /// What people call them.
        name: String,
        /// Their phone.
        phone: E164,
        /// Has no account.
        guest: bool,
        /// Whether others may find them by name.
        listed: bool,
    },
    /// A member has another name.
    RenameMember {
        /// Their phone.
        phone: E164,
        /// As they are called now.
        from: String,
        /// As they will be.
        to: String,
    },
    /// A member may be found by name, or no more.
    ListMember {
        /// Their phone.
        phone: E164,
        /// As it will be.
        listed: bool,
    },
    /// Somebody chooses somebody.
    CreateContact {
        /// Who chooses, by name.
        member: String,
        /// Who is chosen, by name.
        contact: String,
        /// The chooser's phone.
        member_phone: E164,
        /// The other's phone.
        contact_phone: E164,
    },
}

/// An attribute that becomes different.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Which.
    #[schema(example = "rate_per_s")]
    pub field: String,
    /// As it is.
    #[schema(example = 1.0)]
    pub from: serde_json::Value,
    /// As it will be.
    #[schema(example = 2.0)]
    pub to: serde_json::Value,
}

impl Plan {
    /// What tells this plan from others: it is another where anything would be done otherwise, or the file says
    /// otherwise. What is left alone has no part in it.
    pub fn fingerprint(&self, file: &PoolFile) -> String {
        let changes = serde_json::to_string(&self.changes).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(changes.as_bytes());
        // Of what is new the changes name only a part.
        hash.update(format!("{file:?}").as_bytes());
        HEXLOWER.encode(&hash.finalize()[..16])
    }

    /// Whether everything is as the file says.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCommunity { name, .. } => write!(f, "+ community {name}"),
            Self::ChangePolicy { fields, .. } => write!(f, "~ policy: {}", listed(fields)),
            Self::CreatePool { name } => write!(f, "+ pool {name}"),
            Self::CreateCampaign {
                name,
                rate_per_s,
                texts_per_day,
            } => write!(
                f,
                "+ campaign {name}, {rate_per_s} texts a second, {texts_per_day} a day"
            ),
            Self::ChangeCampaign { name, fields } => write!(f, "~ campaign {name}: {}", listed(fields)),
            Self::CreateNumber {
                number,
                pool,
                carrier,
                state,
                desk,
                hub,
            } => {
                let state = state.word();
                let role = match (*desk, *hub) {
                    (true, _) => ", the desk",
                    (_, true) => ", a hub",
                    _ => "",
                };
                write!(
                    f,
                    "+ number {number} in pool {pool}, carrier {carrier}, {state}{role}"
                )
            }
            Self::ChangeNumber { number, fields } => write!(f, "~ number {number}: {}", listed(fields)),
            Self::CreateMember {
                name, phone, guest, ..
            } => {
                let what = if *guest { "guest" } else { "member" };
                write!(f, "+ {what} {name}, phone {phone}")
            }
            Self::RenameMember { phone, from, to } => write!(f, "~ member {phone}: name {from} -> {to}"),
            Self::ListMember { phone, listed } => {
                write!(f, "~ member {phone}: listed {} -> {listed}", !listed)
            }
            Self::CreateContact { member, contact, .. } => write!(f, "+ contact {member} -> {contact}"),
        }
    }
}

fn listed(fields: &[FieldChange]) -> String {
    let listed: Vec<String> = fields
        .iter()
        .map(|c| format!("{} {} -> {}", c.field, c.from, c.to))
        .collect();
    listed.join(", ")
}

/// What the settings say.
#[derive(Clone, Debug)]
pub struct Given {
    /// The names that numbers may refer to.
    pub carriers: Vec<String>,
    /// The policy of a new community, where the file is silent.
    pub default_policy: Policy,
    /// What may be told of others.
    pub sight: Sight,
}

/// Of whose numbers and phones somebody may be told where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Of everybody's.
    All,
    /// Of one community's: of others only that something is in use.
    Own,
}

/// Compares. The file's contradictions with what there is are told all together.
pub fn plan(state: &State, file: &PoolFile, given: &Given) -> Result<Plan> {
    let mut problems = contradictions(state, file, &given.carriers);
    let (own, others): (Vec<_>, Vec<_>) = in_use(state, file).into_iter().partition(|used| used.is_own);
    problems.extend(own.into_iter().map(|used| used.problem));
    match given.sight {
        Sight::All => problems.extend(others.into_iter().map(|used| used.problem)),
        Sight::Own if others.is_empty() => {}
        // Which, and whose, is not theirs to know: else one long file would tell of each number in it whether somebody has it.
        Sight::Own => problems.push(
            "the file names a number, or a phone, that is in use already; a pool number must belong to nobody, and a \
             member's phone be no pool number"
                .to_owned(),
        ),
    }
    if !problems.is_empty() {
        return Err(SwitchboardError::conflict("pool_file", problems.join("\n")));
    }
    let mut changes = Vec::new();
    changes.extend(community(state, file, &given.default_policy)?);
    for pool in file.pools.iter().filter(|p| !state.pools.contains_key(&p.name)) {
        changes.push(Change::CreatePool {
            name: pool.name.clone(),
        });
    }
    for entry in &file.campaigns {
        match state.campaigns.get(&entry.name) {
            None => changes.push(Change::CreateCampaign {
                name: entry.name.clone(),
                rate_per_s: entry.rate_per_s.unwrap_or(0.0),
                texts_per_day: entry.texts_per_day.unwrap_or(0),
            }),
            Some(now) => {
                let fields = differences_of_campaign(now, entry);
                if !fields.is_empty() {
                    let name = entry.name.clone();
                    changes.push(Change::ChangeCampaign { name, fields });
                }
            }
        }
    }
    for entry in &file.numbers {
        match state.numbers.get(&entry.number) {
            None => changes.push(Change::CreateNumber {
                number: entry.number,
                pool: entry.pool.clone(),
                carrier: entry.carrier.clone(),
                state: entry.state.unwrap_or(NumberState::Active),
                desk: entry.desk.unwrap_or(false),
                hub: entry.hub.unwrap_or(false),
            }),
            Some(now) => {
                let fields = differences(now, entry);
                if !fields.is_empty() {
                    changes.push(Change::ChangeNumber {
                        number: entry.number,
                        fields,
                    });
                }
            }
        }
    }
    // The number that is the desk no more goes before the one that will be.
    changes.sort_by_key(is_new_desk);
    for entry in &file.members {
        match state.members.get(&entry.phone) {
            None => changes.push(Change::CreateMember {
                name: entry.name.clone(),
                phone: entry.phone,
                guest: entry.guest,
                listed: entry.listed.unwrap_or(false),
            }),
            Some(now) => {
                if now.name != entry.name {
                    changes.push(Change::RenameMember {
                        phone: entry.phone,
                        from: now.name.clone(),
                        to: entry.name.clone(),
                    });
                }
                if let Some(listed) = entry.listed.filter(|listed| *listed != now.listed) {
                    changes.push(Change::ListMember {
                        phone: entry.phone,
                        listed,
                    });
                }
            }
        }
    }
    let names: BTreeMap<E164, &str> = file.members.iter().map(|m| (m.phone, m.name.as_str())).collect();
    let name = |phone: E164| names.get(&phone).map(|n| (*n).to_owned()).unwrap_or_default();
    for entry in &file.contacts {
        if !state.contacts.contains(&(entry.member, entry.contact)) {
            changes.push(Change::CreateContact {
                member: name(entry.member),
                contact: name(entry.contact),
                member_phone: entry.member,
                contact_phone: entry.contact,
            });
        }
    }
    Ok(Plan {
        changes,
        unmanaged: unmanaged(state, file),
        retired: state.retired.iter().copied().collect(),
    })
}

/// A number or phone of the file that is something else already.
struct InUse {
    /// Whether it is so in the file's own community.
    is_own: bool,
    problem: String,
}

fn in_use(state: &State, file: &PoolFile) -> Vec<InUse> {
    let mut found = Vec::new();
    let mut push = |is_own, problem| found.push(InUse { is_own, problem });
    for entry in &file.numbers {
        let (place, number) = (&entry.place, entry.number);
        if state.elsewhere.contains(&number) {
            let why = "a pool number of another community; allowed is a number of this one's own";
            push(false, format!("{place}.number is {number}, {why}"));
        }
        if state.phones.contains(&number) {
            let why = "a member's phone; allowed is a number that is nobody's phone";
            push(
                state.own_phones.contains(&number),
                format!("{place}.number is {number}, {why}"),
            );
        }
    }
    for entry in &file.members {
        if state.pool_numbers.contains(&entry.phone) {
            let (place, phone) = (&entry.place, entry.phone);
            let why = "a pool number; allowed is a number of the member's own";
            push(
                state.numbers.contains_key(&phone),
                format!("{place}.phone is {phone}, {why}"),
            );
        }
    }
    found
}

fn contradictions(state: &State, file: &PoolFile, carriers: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    for entry in &file.numbers {
        let (place, number) = (&entry.place, entry.number);
        if !carriers.contains(&entry.carrier) {
            let known = match carriers.is_empty() {
                true => "none: no carrier is configured".to_owned(),
                false => carriers.join(", "),
            };
            problems.push(format!(
                "{place}.carrier is `{}`; allowed are the carriers that are configured: {known}",
                entry.carrier
            ));
        }
        if let Some(swap) = state
            .in_swaps
            .get(&number)
            .filter(|_| entry.state == Some(NumberState::Active))
        {
            problems.push(format!(
                "{place}.state is `active`; {number} is being emptied by {swap}: allowed is `draining`, or nothing, until that \
                 is over"
            ));
        }
    }
    let mut seen = BTreeMap::new();
    for entry in &file.members {
        let known = state.members.get(&entry.phone).map(|now| now.id);
        if let Some(first) = known.and_then(|id| seen.insert(id, entry.phone)) {
            problems.push(format!(
                "{}.phone is {}, a second phone of the member with {first}; allowed is one of a member's phones",
                entry.place, entry.phone
            ));
        }
    }
    problems
}

fn community(state: &State, file: &PoolFile, default: &Policy) -> Result<Option<Change>> {
    let before = match &state.community {
        Some((_, policy)) => policy,
        None => default,
    };
    let json = |policy: &Policy| match serde_json::to_value(policy) {
        Ok(serde_json::Value::Object(fields)) => Ok(fields),
        _ => Err(StoreError::Corrupt("communities.policy")),
    };
    let old = json(before)?;
    let mut new = old.clone();
    new.extend(file.policy.clone());
    let policy: Policy = serde_json::from_value(serde_json::Value::Object(new.clone()))
        .map_err(|e| SwitchboardError::invalid("policy", e.to_string()))?;
    if state.community.is_none() {
        return Ok(Some(Change::CreateCommunity {
            name: file.community.clone(),
            policy: Box::new(policy),
        }));
    }
    let fields: Vec<FieldChange> = new
        .into_iter()
        .filter(|(field, to)| old.get(field) != Some(to))
        .map(|(field, to)| FieldChange {
            from: old.get(&field).cloned().unwrap_or_default(),
            field,
            to,
        })
        .collect();
    Ok((!fields.is_empty()).then(|| Change::ChangePolicy {
        fields,
        policy: Box::new(policy),
    }))
}

/// Whether a change makes a number the desk.
fn is_new_desk(change: &Change) -> bool {
    match change {
        Change::CreateNumber { desk, .. } => *desk,
        Change::ChangeNumber { fields, .. } => fields.iter().any(|f| f.field == "desk" && f.to == true),
        _ => false,
    }
}

/// Collects what differs.
#[derive(Default)]
struct Differences(Vec<FieldChange>);

impl Differences {
    fn add(&mut self, field: &str, from: serde_json::Value, to: serde_json::Value) {
        if from != to {
            self.0.push(FieldChange {
                field: field.into(),
                from,
                to,
            });
        }
    }
}

/// What the file wants otherwise of a campaign; what it does not mention is as it should be.
fn differences_of_campaign(now: &CampaignNow, entry: &CampaignEntry) -> Vec<FieldChange> {
    let mut fields = Differences::default();
    if let Some(to) = &entry.pool {
        fields.add("pool", now.pool.clone().into(), to.as_str().into());
    }
    if let Some(to) = entry.rate_per_s {
        fields.add("rate_per_s", now.rate_per_s.into(), to.into());
    }
    if let Some(to) = entry.texts_per_day {
        fields.add("texts_per_day", now.texts_per_day.into(), to.into());
    }
    fields.0
}

/// What the file wants otherwise; what it does not mention is as it should be.
fn differences(now: &NumberNow, entry: &NumberEntry) -> Vec<FieldChange> {
    let mut fields = Differences::default();
    let mut differ = |field: &str, from, to| fields.add(field, from, to);
    differ("pool", now.pool.as_str().into(), entry.pool.as_str().into());
    differ(
        "carrier",
        now.carrier.as_str().into(),
        entry.carrier.as_str().into(),
    );
    if let Some(to) = entry.capabilities {
        differ("capabilities", words(now.capabilities), words(to));
    }
    if let Some(to) = entry.region {
        differ("region", now.region.clone().into(), to.as_str().into());
    }
    if let Some(to) = entry.rate_per_s {
        differ("rate_per_s", now.rate_per_s.into(), to.into());
    }
    if let Some(to) = entry.texts_per_day {
        differ("texts_per_day", now.texts_per_day.into(), to.into());
    }
    if let Some(to) = &entry.campaign {
        differ("campaign", now.campaign.clone().into(), to.as_str().into());
    }
    if let Some(to) = entry.state {
        differ("state", now.state.word().into(), to.word().into());
    }
    if let Some(to) = entry.desk {
        differ("desk", now.desk.into(), to.into());
    }
    if let Some(to) = entry.hub {
        differ("hub", now.hub.into(), to.into());
    }
    fields.0
}

fn words(set: Capabilities) -> serde_json::Value {
    serde_json::to_value(set).unwrap_or_default()
}

fn unmanaged(state: &State, file: &PoolFile) -> Unmanaged {
    let pools: BTreeSet<&str> = file.pools.iter().map(|p| p.name.as_str()).collect();
    let campaigns: BTreeSet<&str> = file.campaigns.iter().map(|c| c.name.as_str()).collect();
    let numbers: BTreeSet<E164> = file.numbers.iter().map(|n| n.number).collect();
    Unmanaged {
        campaigns: state
            .campaigns
            .keys()
            .filter(|name| !campaigns.contains(name.as_str()))
            .cloned()
            .collect(),
        pools: state
            .pools
            .keys()
            .filter(|name| !pools.contains(name.as_str()))
            .cloned()
            .collect(),
        numbers: state
            .numbers
            .keys()
            .filter(|number| !numbers.contains(number))
            .copied()
            .collect(),
        members: state.other_members.clone(),
        contacts: state.other_contacts.clone(),
    }
}
