//! Reading a pool file: every mistake by its line, with the value and what is allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::domain::E164;
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, NumberState, Region};
use crate::domain::toml_text::TomlText;
use crate::switchboard::communities::checked_name;
use crate::switchboard::pools::checked_per_day;

/// A pool file, read and sound in itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolFile {
    /// The community's name.
    pub community: String,
    /// The fields of its policy that the file mentions.
    pub policy: serde_json::Map<String, serde_json::Value>,
    /// The pools, in the file's order.
    pub pools: Vec<PoolEntry>,
    /// The campaigns.
    pub campaigns: Vec<CampaignEntry>,
    /// The numbers.
    pub numbers: Vec<NumberEntry>,
    /// The members.
    pub members: Vec<MemberEntry>,
    /// Who chose whom.
    pub contacts: Vec<ContactEntry>,
}

/// A pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolEntry {
    /// Unique in the community.
    pub name: String,
    /// Where it stands, for messages.
    pub place: String,
}

/// A campaign. What is absent is left alone, or is no limit when the campaign is new.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignEntry {
    /// Unique in the community.
    pub name: String,
    /// The name of the pool whose numbers it covers.
    pub pool: Option<String>,
    /// Texts a second; 0 = no limit.
    pub rate_per_s: Option<f64>,
    /// Texts a day; 0 = no limit.
    pub texts_per_day: Option<i64>,
    /// Where it stands, for messages.
    pub place: String,
}

/// A number. What is absent is left alone, or has its default when the number is new.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberEntry {
    /// The number.
    pub number: E164,
    /// Its pool's name.
    pub pool: String,
    /// The carrier by which its texts leave.
    pub carrier: String,
    /// What it can do.
    pub capabilities: Option<Capabilities>,
    /// Its country.
    pub region: Option<Region>,
    /// Texts a second; 0 = no limit.
    pub rate_per_s: Option<f64>,
    /// Texts a day; 0 = no limit.
    pub texts_per_day: Option<i64>,
    /// The name of the campaign under whose caps it is.
    pub campaign: Option<String>,
    /// Whether it takes new pairs.
    pub state: Option<NumberState>,
    /// Whether it is the desk.
    pub desk: Option<bool>,
    /// Whether it is a hub.
    pub hub: Option<bool>,
    /// Where it stands, for messages.
    pub place: String,
}

/// A member, known by the phone.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberEntry {
    /// What people call them.
    pub name: String,
    /// Their phone.
    pub phone: E164,
    /// Has no account.
    pub guest: bool,
    /// Whether others may find them by name.
    pub listed: Option<bool>,
    /// Where it stands, for messages.
    pub place: String,
}

/// Somebody chose somebody; both by their phones.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactEntry {
    /// Whose contact.
    pub member: E164,
    /// Who it is.
    pub contact: E164,
    /// Where it stands, for messages.
    pub place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    community: RawCommunity,
    #[serde(default)]
    pools: Vec<RawPool>,
    #[serde(default)]
    campaigns: Vec<RawCampaign>,
    #[serde(default)]
    numbers: Vec<RawNumber>,
    #[serde(default)]
    members: Vec<RawMember>,
    #[serde(default)]
    contacts: Vec<RawContact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCommunity {
    name: Spanned<String>,
    policy: Option<Spanned<Policy>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPool {
    name: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCampaign {
    name: Spanned<String>,
    pool: Option<Spanned<String>>,
    rate_per_s: Option<Spanned<f64>>,
    texts_per_day: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumber {
    pool: Spanned<String>,
    number: Spanned<String>,
    carrier: String,
    capabilities: Option<Spanned<Capabilities>>,
    region: Option<Spanned<String>>,
    rate_per_s: Option<Spanned<f64>>,
    texts_per_day: Option<Spanned<i64>>,
    campaign: Option<Spanned<String>>,
    state: Option<NumberState>,
    desk: Option<Spanned<bool>>,
    hub: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMember {
    name: Spanned<String>,
    phone: Spanned<String>,
    #[serde(default)]
    guest: bool,
    listed: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContact {
    member: Spanned<String>,
    contact: Spanned<String>,
}

impl PoolFile {
    /// Reads `text`, which `file` names in messages; or says everything that is wrong with it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<String>> {
        let one = |problem: String| vec![problem];
        let toml = TomlText::parse(file, text).map_err(one)?;
        let raw: RawFile = toml.read().map_err(one)?;
        let mut check = Check {
            toml: &toml,
            problems: Vec::new(),
        };
        check.name("community.name", &raw.community.name);
        let policy = check.policy(&raw.community, text);
        let pools = check.pools(&raw.pools);
        let campaigns = check.campaigns(&raw.campaigns, &pools);
        let numbers = check.numbers(&raw.numbers, &pools, &campaigns);
        let members = check.members(&raw.members, &numbers);
        let contacts = check.contacts(&raw.contacts, &members);
        if !check.problems.is_empty() {
            return Err(check.problems);
        }
        Ok(Self {
            community: raw.community.name.into_inner().trim().to_owned(),
            policy,
            pools,
            campaigns,
            numbers,
            members,
            contacts,
        })
    }
}

struct Check<'a> {
    toml: &'a TomlText<'a>,
    problems: Vec<String>,
}

impl Check<'_> {
    fn say<T>(&mut self, at: &Spanned<T>, sentence: &str) {
        self.problems.push(self.toml.complain(at.span().start, sentence));
    }

    /// `file:line: key`, the beginning of messages about this entry.
    fn place<T>(&self, at: &Spanned<T>, key: &str) -> String {
        self.toml.complain(at.span().start, key)
    }

    fn name(&mut self, key: &str, name: &Spanned<String>) {
        if let Err(error) = checked_name(name.get_ref()) {
            self.say(name, &format!("{key} is `{}`; {error}", name.get_ref()));
        }
    }

    fn number(&mut self, key: &str, number: &Spanned<String>) -> Option<E164> {
        match number.get_ref().parse() {
            Ok(number) => Some(number),
            Err(error) => {
                self.say(number, &format!("{key}: {error}"));
                None
            }
        }
    }

    fn policy(&mut self, raw: &RawCommunity, text: &str) -> serde_json::Map<String, serde_json::Value> {
        let Some(policy) = &raw.policy else {
            return serde_json::Map::new();
        };
        for problem in policy.get_ref().problems() {
            let (field, rest) = problem
                .strip_prefix('`')
                .and_then(|p| p.split_once('`'))
                .unwrap_or(("", problem.as_str()));
            let key = format!("community.policy.{field}");
            let sentence = format!("{key}{rest}");
            // The line of the field, not of the section.
            match self.toml.line_of(&key) {
                Some(line) => self.problems.push(self.toml.complain_on(line, &sentence)),
                None => self.say(policy, &sentence),
            }
        }
        let mentioned = text
            .parse::<toml::Table>()
            .ok()
            .and_then(|t| t.get("community")?.get("policy").cloned());
        match mentioned.map(serde_json::to_value) {
            Some(Ok(serde_json::Value::Object(fields))) => fields,
            _ => serde_json::Map::new(),
        }
    }

    fn pools(&mut self, raw: &[RawPool]) -> Vec<PoolEntry> {
        let mut seen = BTreeSet::new();
        let mut pools = Vec::new();
        for (at, pool) in raw.iter().enumerate() {
            let key = format!("pools[{at}].name");
            self.name(&key, &pool.name);
            let name = pool.name.get_ref().trim();
            if !seen.insert(name) {
                self.say(
                    &pool.name,
                    &format!("{key} is `{name}` a second time; name each pool once"),
                );
            }
            pools.push(PoolEntry {
                name: name.to_owned(),
                place: self.place(&pool.name, &key),
            });
        }
        pools
    }

    /// A pool of this file, by its name.
    fn pool<'a>(&mut self, key: &str, named: &'a Spanned<String>, pools: &[PoolEntry]) -> &'a str {
        let pool = named.get_ref().trim();
        if !pools.iter().any(|p| p.name == pool) {
            let known: Vec<&str> = pools.iter().map(|p| p.name.as_str()).collect();
            let known = known.join(", ");
            self.say(
                named,
                &format!("{key}.pool is `{pool}`; allowed are the pools of this file: {known}"),
            );
        }
        pool
    }

    fn rate(&mut self, key: &str, rate: Option<&Spanned<f64>>) -> Option<f64> {
        let rate = rate?;
        if !(0.0..=10_000.0).contains(rate.get_ref()) {
            let told = format!(
                "{key}.rate_per_s is {}; allowed are 0 (no limit) to 10000",
                rate.get_ref()
            );
            self.say(rate, &told);
        }
        Some(*rate.get_ref())
    }

    fn per_day(&mut self, key: &str, texts: Option<&Spanned<i64>>) -> Option<i64> {
        let texts = texts?;
        if let Err(error) = checked_per_day(*texts.get_ref()) {
            self.say(texts, &format!("{key}: {error}"));
        }
        Some(*texts.get_ref())
    }

    fn campaigns(&mut self, raw: &[RawCampaign], pools: &[PoolEntry]) -> Vec<CampaignEntry> {
        let (mut seen, mut covered) = (BTreeSet::new(), BTreeSet::new());
        let mut campaigns = Vec::new();
        for (at, entry) in raw.iter().enumerate() {
            let key = format!("campaigns[{at}]");
            self.name(&format!("{key}.name"), &entry.name);
            let name = entry.name.get_ref().trim();
            if !seen.insert(name) {
                let told = format!("{key}.name is `{name}` a second time; name each campaign once");
                self.say(&entry.name, &told);
            }
            let pool = entry.pool.as_ref().map(|named| {
                let pool = self.pool(&key, named, pools);
                if !covered.insert(pool) {
                    let told = format!("{key}.pool is `{pool}` a second time; a pool has one campaign");
                    self.say(named, &told);
                }
                pool.to_owned()
            });
            campaigns.push(CampaignEntry {
                name: name.to_owned(),
                pool,
                rate_per_s: self.rate(&key, entry.rate_per_s.as_ref()),
                texts_per_day: self.per_day(&key, entry.texts_per_day.as_ref()),
                place: self.place(&entry.name, &key),
            });
        }
        campaigns
    }

    fn numbers(
        &mut self,
        raw: &[RawNumber],
        pools: &[PoolEntry],
        campaigns: &[CampaignEntry],
    ) -> Vec<NumberEntry> {
        let mut seen = BTreeSet::new();
        let mut numbers = Vec::new();
        for (at, entry) in raw.iter().enumerate() {
            let key = format!("numbers[{at}]");
            let pool = self.pool(&key, &entry.pool, pools);
            if let Some(c) = &entry.capabilities
                && c.get_ref().bits() == 0
            {
                self.say(
                    c,
                    &format!("{key}.capabilities is []; allowed are one or more of sms, mms, voice"),
                );
            }
            let region = entry.region.as_ref().and_then(|text| {
                let region = Region::parse(text.get_ref());
                if region.is_none() {
                    let told = format!(
                        "{key}.region is `{}`; allowed are two letters, as US",
                        text.get_ref()
                    );
                    self.say(text, &told);
                }
                region
            });
            let rate_per_s = self.rate(&key, entry.rate_per_s.as_ref());
            let texts_per_day = self.per_day(&key, entry.texts_per_day.as_ref());
            let campaign = entry.campaign.as_ref().map(|named| {
                let campaign = named.get_ref().trim();
                if !campaigns.iter().any(|c| c.name == campaign) {
                    let told =
                        format!("{key}.campaign is `{campaign}`; allowed are the campaigns of this file");
                    self.say(named, &told);
                }
                campaign.to_owned()
            });
            let Some(number) = self.number(&format!("{key}.number"), &entry.number) else {
                continue;
            };
            if let Some(desk) = entry.desk.as_ref().filter(|desk| *desk.get_ref())
                && let Some(other) = numbers.iter().find(|n: &&NumberEntry| n.desk == Some(true))
            {
                let told = format!(
                    "{key}.desk is true, and so is that of {}; a community has one desk",
                    other.number
                );
                self.say(desk, &told);
            }
            if let Some(hub) = entry.hub.as_ref().filter(|hub| *hub.get_ref())
                && entry.desk.as_ref().is_some_and(|desk| *desk.get_ref())
            {
                self.say(
                    hub,
                    &format!("{key}.hub is true, and so is its desk; a number is one of the two"),
                );
            }
            if !seen.insert(number) {
                self.say(&entry.number, &format!("{key}.number is {number} a second time"));
            }
            numbers.push(NumberEntry {
                number,
                pool: pool.to_owned(),
                carrier: entry.carrier.clone(),
                capabilities: entry.capabilities.as_ref().map(|c| *c.get_ref()),
                region,
                rate_per_s,
                texts_per_day,
                campaign,
                state: entry.state,
                desk: entry.desk.as_ref().map(|d| *d.get_ref()),
                hub: entry.hub.as_ref().map(|h| *h.get_ref()),
                place: self.place(&entry.number, &key),
            });
        }
        numbers
    }

    fn members(&mut self, raw: &[RawMember], numbers: &[NumberEntry]) -> Vec<MemberEntry> {
        let pool_numbers: BTreeSet<E164> = numbers.iter().map(|n| n.number).collect();
        let mut seen = BTreeSet::new();
        let mut members = Vec::new();
        for (at, entry) in raw.iter().enumerate() {
            let key = format!("members[{at}]");
            self.name(&format!("{key}.name"), &entry.name);
            let Some(phone) = self.number(&format!("{key}.phone"), &entry.phone) else {
                continue;
            };
            if pool_numbers.contains(&phone) {
                let told =
                    format!("{key}.phone is {phone}, a pool number; write a number of the member's own");
                self.say(&entry.phone, &told);
            }
            if entry.guest
                && let Some(listed) = entry.listed.as_ref().filter(|listed| *listed.get_ref())
            {
                self.say(listed, &format!("{key}.listed is true; a guest cannot be listed"));
            }
            if !seen.insert(phone) {
                let told = format!("{key}.phone is {phone} a second time; a phone belongs to one member");
                self.say(&entry.phone, &told);
            }
            members.push(MemberEntry {
                name: entry.name.get_ref().trim().to_owned(),
                phone,
                guest: entry.guest,
                listed: entry.listed.as_ref().map(|l| *l.get_ref()),
                place: self.place(&entry.phone, &key),
            });
        }
        members
    }

    fn contacts(&mut self, raw: &[RawContact], members: &[MemberEntry]) -> Vec<ContactEntry> {
        let mut known: BTreeMap<String, Vec<E164>> = BTreeMap::new();
        for member in members {
            known.entry(member.name.clone()).or_default().push(member.phone);
            known
                .entry(member.phone.to_string())
                .or_default()
                .push(member.phone);
        }
        let mut seen = BTreeSet::new();
        let mut contacts = Vec::new();
        for (at, entry) in raw.iter().enumerate() {
            let key = format!("contacts[{at}]");
            let mut who = |field: &str, said: &Spanned<String>| {
                let key = format!("{key}.{field}");
                match known.get(said.get_ref().trim()).map(Vec::as_slice) {
                    Some([phone]) => Some(*phone),
                    found => {
                        let why = match found {
                            Some(_) => "which several members are called; write the phone",
                            None => "allowed are the names and phones of this file's members",
                        };
                        self.say(said, &format!("{key} is `{}`; {why}", said.get_ref()));
                        None
                    }
                }
            };
            let (Some(member), Some(contact)) =
                (who("member", &entry.member), who("contact", &entry.contact))
            else {
                continue;
            };
            if member == contact {
                let told = format!("{key}.contact is the member itself; name somebody else");
                self.say(&entry.contact, &told);
            } else if !seen.insert((member, contact)) {
                self.say(&entry.member, &format!("{key} stands in this file already"));
            }
            contacts.push(ContactEntry {
                member,
                contact,
                place: self.place(&entry.member, &key),
            });
        }
        contacts
    }
}
