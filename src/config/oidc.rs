//! Section `oidc`: people sign in at a provider of OpenID Connect.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::smpp::Password;
use crate::domain::admin::Role;
use crate::domain::id::CommunityId;
use crate::domain::oidc::{RoleRule, Rules};

/// The longest words of the button, in characters.
const MOST_NAME: usize = 60;

/// Settings of the sign-in at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider, as it calls itself; empty: nobody signs in that way.
    pub issuer: String,
    /// As whom this broker is known there.
    pub client_id: String,
    /// The secret for it; empty for a client without one.
    pub client_secret: Password,
    /// The file that holds it, in its place.
    pub client_secret_file: PathBuf,
    /// The words of the button.
    pub name: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The claim that says the role; a dot leads into it. Empty: the provider says no roles.
    pub role_claim: String,
    /// What its values give.
    pub roles: Vec<RoleConfig>,
    /// What those get who have none of them: `operator`, `viewer`, or empty: they do not come in.
    pub default_role: String,
    /// Only addresses of these domains; empty: whoever the provider lets in.
    pub allowed_domains: Vec<String>,
    /// Whether an address counts only where the provider says that it was verified.
    pub require_verified_email: bool,
    /// Whether whoever has the address that is a user's name is that user.
    pub link_by_email: bool,
    /// PEM file with the authorities to trust; empty: those of the operating system.
    pub tls_ca: PathBuf,
    /// Whole seconds within which the provider must have answered.
    pub timeout_s: u64,
}

/// What a value of the claim gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleConfig {
    /// The value.
    pub value: String,
    /// What those who have it may do.
    pub role: Role,
    /// The communities that are theirs; empty: all.
    #[serde(default)]
    pub communities: Vec<String>,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: Password::default(),
            client_secret_file: PathBuf::new(),
            name: "Sign in with your organisation".into(),
            scopes: vec!["openid".into(), "email".into(), "profile".into()],
            role_claim: String::new(),
            roles: Vec::new(),
            default_role: String::new(),
            allowed_domains: Vec::new(),
            require_verified_email: true,
            link_by_email: false,
            tls_ca: PathBuf::new(),
            timeout_s: 10,
        }
    }
}

/// Whether secrets may travel to this URL: by TLS, or not beyond this machine.
pub fn is_private(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Ipv4(v4))) => v4.is_loopback(),
        ("http", Some(Host::Ipv6(v6))) => v6.is_loopback(),
        ("http", Some(Host::Domain(name))) => name == "localhost",
        _ => false,
    }
}

impl OidcConfig {
    /// Whether people sign in that way.
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// The client's secret, from where it is; none for a client without one.
    pub fn secret(&self) -> Result<Option<Password>, String> {
        if self.client_secret_file.as_os_str().is_empty() {
            return Ok((!self.client_secret.is_empty()).then(|| self.client_secret.clone()));
        }
        let shown = self.client_secret_file.display();
        match std::fs::read_to_string(&self.client_secret_file) {
            Ok(text) if text.trim().is_empty() => Err(format!(
                "oidc.client_secret_file is `{shown}`, which is empty; write the client's secret into it"
            )),
            Ok(text) => Ok(Some(Password(text.trim().to_owned()))),
            Err(error) => Err(format!(
                "oidc.client_secret_file is `{shown}`, which cannot be read ({error}); name a file that holds the \
                 client's secret"
            )),
        }
    }

    /// Who may sign in.
    pub fn rules(&self) -> Rules {
        let role = |one: &RoleConfig| RoleRule {
            value: one.value.clone(),
            role: one.role,
            communities: (!one.communities.is_empty())
                .then(|| one.communities.iter().filter_map(|id| id.parse().ok()).collect()),
        };
        Rules {
            role_claim: (!self.role_claim.is_empty()).then(|| self.role_claim.clone()),
            roles: self.roles.iter().map(role).collect(),
            default_role: Role::from_word(&self.default_role),
            domains: self.allowed_domains.iter().map(|d| d.to_lowercase()).collect(),
            verified_only: self.require_verified_email,
            link_by_email: self.link_by_email,
        }
    }

    /// Everything that is wrong, each with its key, its value and what to mend. `public_url` is `http.public_url`.
    pub fn problems(&self, public_url: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        if !self.is_on() {
            if !self.client_id.is_empty() {
                wrong.push(
                    "oidc.issuer is ``, while `client_id` is set; write the provider's issuer, such as \
                     https://login.example.org"
                        .to_owned(),
                );
            }
            return wrong;
        }
        let issuer = Url::parse(&self.issuer).ok();
        let plain = |url: &Url| {
            url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        if !issuer.is_some_and(|url| is_private(&url) && plain(&url)) {
            wrong.push(format!(
                "oidc.issuer is `{}`; allowed is the provider's issuer as it calls itself, an https URL without query and \
                 fragment, such as https://login.example.org/realms/main (http only on this machine: 127.0.0.1, [::1], \
                 localhost)",
                self.issuer
            ));
        }
        if public_url.is_empty() {
            wrong.push(
                "oidc.issuer is set, and http.public_url is not; write there how browsers reach this broker, for the \
                 provider sends them back to <public_url>/v1/session/oidc/callback"
                    .to_owned(),
            );
        }
        if self.client_id.is_empty() {
            wrong.push(
                "oidc.client_id is ``; write the id that the provider has given this broker as its client"
                    .to_owned(),
            );
        }
        if !self.client_secret.is_empty() && !self.client_secret_file.as_os_str().is_empty() {
            wrong.push(
                "oidc.client_secret is set, and so is `client_secret_file`; keep one of them".to_owned(),
            );
        } else if let Err(problem) = self.secret() {
            wrong.push(problem);
        }
        let name = self.name.trim().chars().count();
        if !(1..=MOST_NAME).contains(&name) || self.name.chars().any(char::is_control) {
            wrong.push(format!(
                "oidc.name is `{}`; allowed are 1 to {MOST_NAME} characters, such as Sign in with Example",
                self.name.escape_debug()
            ));
        }
        let is_token = |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic());
        if !self.scopes.iter().all(is_token) || !self.scopes.iter().any(|scope| scope == "openid") {
            wrong.push(format!(
                "oidc.scopes is {:?}; allowed are words without blanks, `openid` among them",
                self.scopes
            ));
        }
        if !(1..=60).contains(&self.timeout_s) {
            wrong.push(format!(
                "oidc.timeout_s is {}; allowed are 1 to 60 seconds",
                self.timeout_s
            ));
        }
        self.faults_of_roles(&mut wrong);
        self.faults_of_addresses(&mut wrong);
        wrong
    }

    fn faults_of_roles(&self, wrong: &mut Vec<String>) {
        if self.role_claim.is_empty() != self.roles.is_empty() {
            wrong.push(
                "oidc.roles and `role_claim` need each other: `role_claim` names the claim, such as groups, and `roles` \
                 says what its values give"
                    .to_owned(),
            );
        }
        for one in &self.roles {
            if one.value.is_empty() {
                wrong.push("oidc.roles has an empty `value`; write the claim's value".to_owned());
            }
            if one.role == Role::Owner && !one.communities.is_empty() {
                wrong.push(format!(
                    "oidc.roles gives `{}` communities as an owner, who has all; leave `communities` out, or choose \
                     another role",
                    one.value
                ));
            }
            for id in one
                .communities
                .iter()
                .filter(|id| id.parse::<CommunityId>().is_err())
            {
                wrong.push(format!(
                    "oidc.roles has the community `{id}`; allowed are ids such as com_1tq3v8r4w0801"
                ));
            }
        }
        if !["", "operator", "viewer"].contains(&self.default_role.as_str()) {
            wrong.push(format!(
                "oidc.default_role is `{}`; allowed are operator and viewer, or nothing: then nobody comes in without a \
                 role (owners are named in `roles`, or made here)",
                self.default_role
            ));
        }
        if self.role_claim.is_empty() && self.default_role.is_empty() && !self.link_by_email {
            wrong.push(
                "oidc.default_role is ``, so that nobody could sign in for the first time; set it, or `role_claim` with \
                 `roles`, or `link_by_email`"
                    .to_owned(),
            );
        }
    }

    fn faults_of_addresses(&self, wrong: &mut Vec<String>) {
        for domain in &self.allowed_domains {
            if domain.is_empty() || domain.contains(|c: char| c == '@' || c == '*' || c.is_whitespace()) {
                wrong.push(format!(
                    "oidc.allowed_domains has `{domain}`; allowed is what stands behind the @ of addresses, such as \
                     example.org"
                ));
            }
        }
        if self.link_by_email && !self.require_verified_email {
            wrong.push(
                "oidc.link_by_email is true, and `require_verified_email` is not: whoever writes another's address into \
                 their account would be that user; set both, or neither"
                    .to_owned(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "https://texts.example.org";

    fn sound() -> OidcConfig {
        OidcConfig {
            issuer: "https://login.example.org/realms/main".into(),
            client_id: "partyline".into(),
            client_secret: Password("s3cret".into()),
            default_role: "viewer".into(),
            ..OidcConfig::default()
        }
    }

    fn said(change: impl FnOnce(&mut OidcConfig)) -> String {
        let mut config = sound();
        change(&mut config);
        config.problems(PUBLIC).join("\n")
    }

    #[test]
    fn it_is_off_by_default_and_sound_where_all_is_said() {
        assert!(!OidcConfig::default().is_on());
        assert!(OidcConfig::default().problems("").is_empty());
        assert_eq!(said(|_| {}), "");
        assert_eq!(said(|c| c.issuer = "http://127.0.0.1:9000".into()), "");
        assert!(sound().problems("").join("\n").contains("http.public_url"));
    }

    #[test]
    fn each_fault_is_named_by_its_key_and_says_what_to_mend() {
        let role = |role, communities: &[&str]| RoleConfig {
            value: "x".into(),
            role,
            communities: communities.iter().map(|id| (*id).to_owned()).collect(),
        };
        let with_roles = |c: &mut OidcConfig, one: RoleConfig| {
            c.role_claim = "groups".into();
            c.roles = vec![one];
        };
        let faults = [
            (
                said(|c| c.issuer = "http://login.example.org".into()),
                "oidc.issuer is `http:",
            ),
            (
                said(|c| c.issuer = "login.example.org".into()),
                "oidc.issuer is `login",
            ),
            (
                said(|c| c.issuer = "https://a.example/?b".into()),
                "oidc.issuer is `https:",
            ),
            (said(|c| c.issuer = String::new()), "oidc.issuer is ``"),
            (said(|c| c.client_id = String::new()), "oidc.client_id"),
            (
                said(|c| c.client_secret_file = "/nowhere/secret".into()),
                "oidc.client_secret is set",
            ),
            (said(|c| c.name = " ".into()), "oidc.name"),
            (said(|c| c.scopes = vec!["email".into()]), "`openid` among them"),
            (said(|c| c.timeout_s = 0), "oidc.timeout_s is 0"),
            (said(|c| c.role_claim = "groups".into()), "need each other"),
            (
                said(|c| with_roles(c, role(Role::Owner, &["com_1tq3v8r4w0801"]))),
                "as an owner",
            ),
            (
                said(|c| with_roles(c, role(Role::Viewer, &["com_"]))),
                "the community `com_`",
            ),
            (
                said(|c| c.default_role = "owner".into()),
                "oidc.default_role is `owner`",
            ),
            (said(|c| c.default_role = String::new()), "nobody could sign in"),
            (
                said(|c| c.allowed_domains = vec!["@example.org".into()]),
                "oidc.allowed_domains",
            ),
            (
                said(|c| (c.link_by_email, c.require_verified_email) = (true, false)),
                "oidc.link_by_email",
            ),
        ];
        for (said, part) in faults {
            assert!(said.contains(part) && said.lines().count() == 1, "{part}: {said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
        assert_eq!(
            said(|c| with_roles(c, role(Role::Viewer, &["com_1tq3v8r4w0801"]))),
            ""
        );
    }

    #[test]
    fn the_secret_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let mut config = sound();
        (config.client_secret, config.client_secret_file) = (Password::default(), file.clone());
        assert!(config.problems(PUBLIC).join("\n").contains("cannot be read"));
        std::fs::write(&file, "\n").unwrap();
        assert!(config.problems(PUBLIC).join("\n").contains("is empty"));
        std::fs::write(&file, "s3cret\n").unwrap();
        assert!(config.problems(PUBLIC).is_empty());
        assert_eq!(&*config.secret().unwrap().unwrap(), "s3cret");
    }
}
