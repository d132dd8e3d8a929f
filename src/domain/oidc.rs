//! Who of those that an OpenID provider knows may sign in here, and as what.

use serde_json::{Map, Value};

use super::admin::Role;
use super::id::CommunityId;

/// The most values of the claim that are looked at.
const MOST_VALUES: usize = 1_000;

/// What a value of the claim gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRule {
    /// The value.
    pub value: String,
    /// What those who have it may do.
    pub role: Role,
    /// The communities that are theirs; all where none are said.
    pub communities: Option<Vec<CommunityId>>,
}

/// Who may sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The claim that says the role; a dot leads into it. None: the provider says no roles.
    pub role_claim: Option<String>,
    /// What its values give.
    pub roles: Vec<RoleRule>,
    /// What those get who have none of those values.
    pub default_role: Option<Role>,
    /// Only addresses of these domains; none: whoever the provider lets in.
    pub domains: Vec<String>,
    /// An address counts only where the provider says that it was verified.
    pub verified_only: bool,
    /// Whoever has the address that is a user's name is that user.
    pub link_by_email: bool,
}

/// What a provider says of somebody who has signed in there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Who says it.
    pub issuer: String,
    /// Whom it says it of: theirs for ever, among its people.
    pub subject: String,
    /// Their address, if it counts.
    pub email: Option<String>,
    /// What else they are called.
    pub names: Vec<String>,
    /// The values of the claim that says the role.
    pub values: Vec<String>,
}

/// What somebody may do who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What the provider says, now and each time.
    Given(Role, Option<Vec<CommunityId>>),
    /// What the user has here; this, where there is none yet. None: only those who are there are let in.
    Kept(Option<Role>),
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address is of another domain, or there is none that counts.
    Address,
    /// The provider gives them no role.
    NoRole,
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    let text = claims.get(name)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The claim of this name; else the one that its dots lead to (`realm_access.roles`).
fn claim<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    if let Some(found) = claims.get(name) {
        return Some(found);
    }
    let (first, rest) = name.split_once('.')?;
    claim(claims.get(first)?.as_object()?, rest)
}

/// How much the claims leave open, which the provider may say elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing.
    None,
    /// A name by which somebody would be called, or an address that decides nothing.
    Names,
    /// The role, or an address that decides who comes in as whom: without it nothing is known of them.
    Standing,
}

/// What is missing that would be told.
pub fn gap(rules: &Rules, claims: &Map<String, Value>) -> Gap {
    let role = rules.role_claim.as_deref();
    let no_role = role.is_some_and(|name| claim(claims, name).is_none());
    let no_address = text(claims, "email").is_none();
    let address_decides = !rules.domains.is_empty() || rules.link_by_email;
    if no_role || (no_address && address_decides) {
        Gap::Standing
    } else if no_address || text(claims, "preferred_username").is_none() {
        Gap::Names
    } else {
        Gap::None
    }
}

/// The claims of a token with what else the provider says. Those of the token are signed, and count.
pub fn joined(
    rules: &Rules,
    mut claims: Map<String, Value>,
    mut more: Map<String, Value>,
) -> Map<String, Value> {
    // A role may lie within something of which the token says another part, and is looked for by its whole name first.
    if let Some(name) = &rules.role_claim {
        let other = claim(&more, name).cloned();
        let signed = claim(&claims, name).cloned();
        more.remove(name);
        claims.extend(signed.or(other).map(|role| (name.clone(), role)));
    }
    // Whether an address was verified is said of that address alone: both are taken from one place.
    let other = match text(&claims, "email") {
        Some(_) => &mut more,
        None => &mut claims,
    };
    for name in ["email", "email_verified"] {
        other.remove(name);
    }
    for (name, value) in more {
        claims.entry(name).or_insert(value);
    }
    claims
}

/// Whether an address is like no other: with letters that have an upper and a lower case of their own alone, and one @.
pub fn is_plain(email: &str) -> bool {
    let parts = email.split_once('@');
    let sound = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    parts.is_some_and(|(local, domain)| sound(local) && sound(domain))
}

/// Reads the claims about somebody.
pub fn person(rules: &Rules, issuer: &str, subject: &str, claims: &Map<String, Value>) -> Person {
    // Some providers write it as a text.
    let is_verified = match claims.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::String(word)) => word == "true",
        _ => false,
    };
    let email = text(claims, "email").filter(|_| is_verified || !rules.verified_only);
    let values = match rules.role_claim.as_deref().and_then(|name| claim(claims, name)) {
        Some(Value::String(value)) => vec![value.clone()],
        Some(Value::Array(values)) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.take(MOST_VALUES).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let names = ["preferred_username", "name"];
    Person {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        email: email.map(str::to_owned),
        names: names
            .into_iter()
            .filter_map(|name| text(claims, name).map(str::to_owned))
            .collect(),
        values,
    }
}

fn is_of(email: &str, domains: &[String]) -> bool {
    // Of ASCII alone: elsewhere a letter may become one of another domain (the sign for kelvin, a k).
    let domain = email
        .rsplit_once('@')
        .map(|(_, domain)| domain.to_ascii_lowercase());
    domain.is_some_and(|domain| domains.contains(&domain))
}

/// What somebody may do. Of several roles the greatest counts, with the communities of all its values.
pub fn standing(rules: &Rules, person: &Person) -> Result<Standing, Refusal> {
    let is_ours = || {
        person
            .email
            .as_deref()
            .is_some_and(|email| is_of(email, &rules.domains))
    };
    if !rules.domains.is_empty() && !is_ours() {
        return Err(Refusal::Address);
    }
    if rules.role_claim.is_none() {
        return Ok(Standing::Kept(rules.default_role));
    }
    let held = || {
        rules
            .roles
            .iter()
            .filter(|rule| person.values.contains(&rule.value))
    };
    for role in [Role::Owner, Role::Operator, Role::Viewer] {
        let mut found = held().filter(|rule| rule.role == role).peekable();
        if found.peek().is_some() {
            let communities: Option<Vec<Vec<CommunityId>>> =
                found.map(|rule| rule.communities.clone()).collect();
            return Ok(Standing::Given(role, communities.map(|all| all.concat())));
        }
    }
    match rules.default_role {
        Some(role) => Ok(Standing::Given(role, None)),
        None => Err(Refusal::NoRole),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(value: &str, role: Role, communities: Option<&[i64]>) -> RoleRule {
        let ids = |ids: &[i64]| ids.iter().map(|id| CommunityId::from_i64(*id)).collect();
        RoleRule {
            value: value.into(),
            role,
            communities: communities.map(ids),
        }
    }

    fn rules() -> Rules {
        Rules {
            role_claim: Some("realm_access.roles".into()),
            roles: vec![
                rule("look", Role::Viewer, None),
                rule("run-a", Role::Operator, Some(&[1])),
                rule("run-b", Role::Operator, Some(&[2])),
                rule("run", Role::Operator, None),
                rule("own", Role::Owner, None),
            ],
            verified_only: true,
            ..Rules::default()
        }
    }

    fn read(rules: &Rules, claims: Value) -> Person {
        person(rules, "https://login.example", "7", claims.as_object().unwrap())
    }

    fn given(values: &[&str]) -> Result<Standing, Refusal> {
        let person = read(&rules(), json!({ "realm_access": { "roles": values } }));
        standing(&rules(), &person)
    }

    #[test]
    fn the_greatest_role_counts_with_the_communities_of_all_its_values() {
        let of = |ids: &[i64]| Some(ids.iter().map(|id| CommunityId::from_i64(*id)).collect());
        assert_eq!(given(&["look", "other"]), Ok(Standing::Given(Role::Viewer, None)));
        assert_eq!(
            given(&["look", "run-b", "run-a"]),
            Ok(Standing::Given(Role::Operator, of(&[1, 2])))
        );
        assert_eq!(
            given(&["run-a", "run"]),
            Ok(Standing::Given(Role::Operator, None))
        );
        assert_eq!(given(&["run-a", "own"]), Ok(Standing::Given(Role::Owner, None)));
        assert_eq!(given(&["Own", "own "]), Err(Refusal::NoRole));
    }

    #[test]
    fn without_a_value_the_default_counts_and_without_a_claim_the_user_keeps_theirs() {
        let mut rules = rules();
        let nobody = Person::default();
        rules.default_role = Some(Role::Viewer);
        assert_eq!(standing(&rules, &nobody), Ok(Standing::Given(Role::Viewer, None)));
        rules.role_claim = None;
        assert_eq!(standing(&rules, &nobody), Ok(Standing::Kept(Some(Role::Viewer))));
        rules.default_role = None;
        assert_eq!(standing(&rules, &nobody), Ok(Standing::Kept(None)));
    }

    #[test]
    fn a_claim_is_a_text_or_a_list_of_texts_by_its_name_or_by_the_way_to_it() {
        let mut rules = rules();
        rules.role_claim = Some("https://partyline.example/roles".into());
        let claims = json!({ "https://partyline.example/roles": "own" });
        assert_eq!(read(&rules, claims).values, ["own"]);
        rules.role_claim = Some("a.b.c".into());
        assert_eq!(
            read(&rules, json!({ "a": { "b": { "c": ["x", 7, "y"] } } })).values,
            ["x", "y"]
        );
        assert!(
            read(&rules, json!({ "a": { "b": ["c"] }, "c": "x" }))
                .values
                .is_empty()
        );
        rules.role_claim = None;
        assert!(read(&rules, json!({ "roles": ["own"] })).values.is_empty());
    }

    #[test]
    fn an_address_counts_where_it_is_verified_and_of_a_domain_that_is_let_in() {
        let mut rules = Rules {
            domains: vec!["example.org".into(), "bank.example".into()],
            verified_only: true,
            ..Rules::default()
        };
        let is_in = |rules: &Rules, claims: Value| standing(rules, &read(rules, claims)).is_ok();
        for verified in [json!(true), json!("true")] {
            assert!(is_in(
                &rules,
                json!({ "email": "Ann@Example.org", "email_verified": verified })
            ));
        }
        for bad in [
            json!({}),
            json!({ "email": "ann@example.org" }),
            json!({ "email": "ann@example.org", "email_verified": false }),
            json!({ "email": "ann@example.org.evil.example", "email_verified": true }),
            json!({ "email": "example.org", "email_verified": true }),
            json!({ "email": "ann@sub.example.org", "email_verified": true }),
            json!({ "email": "ann@ban\u{212a}.example", "email_verified": true }),
        ] {
            assert!(!is_in(&rules, bad.clone()), "{bad}");
        }
        rules.verified_only = false;
        assert!(is_in(&rules, json!({ "email": "ann@example.org" })));
        assert!(!is_in(&rules, json!({ "email": "ann@evil.example" })));
    }

    #[test]
    fn more_is_asked_for_only_where_something_is_missing() {
        let rules = rules();
        let all = json!({ "realm_access": { "roles": [] }, "email": "a@b", "preferred_username": "a" });
        let without = |rules: &Rules, name: &str| {
            let mut less = all.as_object().unwrap().clone();
            less.remove(name);
            gap(rules, &less)
        };
        assert_eq!(without(&rules, "nothing"), Gap::None);
        assert_eq!(without(&rules, "preferred_username"), Gap::Names);
        assert_eq!(without(&rules, "realm_access"), Gap::Standing);
        assert_eq!(without(&rules, "email"), Gap::Names);
        for rules in [
            Rules {
                domains: vec!["b".into()],
                ..Rules::default()
            },
            Rules {
                link_by_email: true,
                ..Rules::default()
            },
        ] {
            assert_eq!(without(&rules, "email"), Gap::Standing);
            assert_eq!(without(&rules, "preferred_username"), Gap::Names);
            assert_eq!(without(&rules, "realm_access"), Gap::None);
        }
    }

    #[test]
    fn an_address_and_whether_it_was_verified_come_from_one_place() {
        let rules = Rules {
            verified_only: true,
            ..Rules::default()
        };
        let both = |token: Value, more: Value| {
            let [token, more] = [token, more].map(|claims| claims.as_object().unwrap().clone());
            person(&rules, "https://login.example", "7", &joined(&rules, token, more))
        };
        let (ann, eve) = ("ann@example.org", "eve@example.org");
        let more = json!({ "email": ann, "email_verified": true, "name": "Ann" });
        let told = both(json!({ "email": eve }), more.clone());
        assert_eq!((told.email, told.names), (None, vec!["Ann".to_owned()]));
        let unverified = json!({ "email": ann });
        assert_eq!(both(json!({ "email_verified": true }), unverified).email, None);
        assert_eq!(
            both(json!({ "email_verified": false }), more.clone())
                .email
                .unwrap(),
            ann
        );
        assert_eq!(both(json!({ "email": " " }), more.clone()).email.unwrap(), ann);
        let own = json!({ "email": eve, "email_verified": true, "name": "Eve" });
        let told = both(own, more);
        assert_eq!(
            (told.email.unwrap(), told.names),
            (eve.to_owned(), vec!["Eve".to_owned()])
        );
    }

    #[test]
    fn a_signed_role_counts_over_any_other_and_without_one_what_else_is_said() {
        let rules = rules();
        let values = |token: Value, more: Value| {
            let [token, more] = [token, more].map(|claims| claims.as_object().unwrap().clone());
            let told = joined(&rules, token, more);
            person(&rules, "https://login.example", "7", &told).values
        };
        let nested = |role: &str| json!({ "realm_access": { "roles": [role] } });
        let flat = |role: &str| json!({ "realm_access.roles": [role] });
        for other in [nested("own"), flat("own")] {
            for signed in [nested("look"), flat("look")] {
                assert_eq!(values(signed, other.clone()), ["look"]);
            }
            let another = json!({ "realm_access": { "verify_caller": true } });
            for without in [json!({}), another] {
                assert_eq!(values(without, other.clone()), ["own"]);
            }
        }
    }

    #[test]
    fn an_address_is_plain_with_one_sign_and_no_letters_that_look_alike() {
        assert!(is_plain("Ann.Archer+x@Example.org"));
        for bad in [
            "ann",
            "@example.org",
            "ann@",
            "ann@evil@example.org",
            "an n@example.org",
            "ann@example.org\n",
            "\u{212a}ann@example.org",
            "ann@ex\u{e4}mple.org",
        ] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
