use super::*;
use crate::config::log::LogFormat;

fn load(text: &str, env: &[(&str, &str)], set: &[&str]) -> Result<Config, Vec<String>> {
    let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    let sources = Sources {
        file: None,
        env: env.iter().map(owned).collect(),
        set: set.iter().map(|s| (*s).to_owned()).collect(),
    };
    Config::from_layers("partyline.toml", text, &sources).map_err(|p| p.0)
}

fn one_problem(text: &str, env: &[(&str, &str)]) -> String {
    let problems = load(text, env, &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

#[test]
fn nothing_said_means_the_defaults() {
    assert_eq!(
        load("", &[("PATH", "/bin"), ("PARTYLINE_RUN", "x")], &[]).unwrap(),
        Config::default()
    );
}

#[test]
fn file_below_environment_below_flags() {
    let text = "[http]\nlisten = \"127.0.0.1:1\"\n[database]\nnode = 1\nurl = \"a.db\"";
    let env = [
        ("PARTYLINE__DATABASE__NODE", "2"),
        ("PARTYLINE__DATABASE__URL", "b.db"),
        ("PARTYLINE__LOOPBACK__ENABLED", "true"),
        ("PARTYLINE__LOG__FORMAT", "json"),
        ("PARTYLINE__SMPP__ACCOUNTS__GW__PASSWORD", "00123"),
        ("PARTYLINE__SMPP__ACCOUNTS__GW__REACHES", "[\"+1555\"]"),
    ];
    let config = load(text, &env, &["database.url=c.db"]).unwrap();
    assert_eq!(config.http.listen, "127.0.0.1:1");
    assert_eq!((config.database.node, config.database.url.as_str()), (2, "c.db"));
    assert!(config.loopback.enabled);
    assert_eq!(config.log.format, LogFormat::Json);
    let account = &config.smpp.accounts["gw"];
    assert_eq!((account.password.0.as_str(), account.reaches.len()), ("00123", 1));
    assert_eq!(config.outlet_names(), ["loopback", "gw"]);
}

#[test]
fn the_environment_reaches_into_what_the_file_has() {
    let text = "[smpp.accounts.gw]\npassword = \"secret\"\nwindow = 5";
    let config = load(text, &[("PARTYLINE__SMPP__ACCOUNTS__GW__WINDOW", "7")], &[]).unwrap();
    let account = &config.smpp.accounts["gw"];
    assert_eq!((account.password.0.as_str(), account.window), ("secret", 7));
    let config = load("", &[("PARTYLINE__HTTP__LISTEN", "[::1]:8080")], &[]).unwrap();
    assert_eq!(config.http.listen, "[::1]:8080");
}

#[test]
fn a_wrong_variable_is_named_with_what_is_allowed() {
    assert_eq!(
        one_problem("", &[("PARTYLINE__HTTP__LISTENN", "x")])
            .split(" known are")
            .next()
            .unwrap(),
        "PARTYLINE__HTTP__LISTENN: http.listenn is no setting;"
    );
    let told = one_problem("", &[("PARTYLINE__HTPP__LISTEN", "x")]);
    assert!(
        told.starts_with("PARTYLINE__HTPP__LISTEN: htpp is no setting; known are: http, database"),
        "{told}"
    );
    let told = one_problem("", &[("PARTYLINE__DATABASE__NODE", "seven")]);
    assert_eq!(
        told,
        "PARTYLINE__DATABASE__NODE: database.node is string \"seven\"; allowed is a whole number"
    );
    let told = one_problem("", &[("PARTYLINE__DATABASE__NODE", "70000")]);
    assert!(told.contains("0 to 65535"), "{told}");
    let told = one_problem("", &[("PARTYLINE__DATABASE__NODE", "512")]);
    assert_eq!(
        told,
        "PARTYLINE__DATABASE__NODE: database.node is 512; allowed are 0 to 511"
    );
    let told = one_problem("", &[("PARTYLINE__LOG__FORMAT", "xml")]);
    assert!(
        told.ends_with("log.format is `xml`; allowed are: text, json"),
        "{told}"
    );
    let told = one_problem("", &[("PARTYLINE__HTTP", "x")]);
    assert!(told.starts_with("PARTYLINE__HTTP is no setting"), "{told}");
}

#[test]
fn a_wrong_file_names_the_line_the_key_the_value_and_what_is_allowed() {
    let told = one_problem("\n[smpp.accounts.gw]\npassword = \"pw\"\nwindow = 0\n", &[]);
    assert!(
        told.starts_with("partyline.toml:4: smpp.accounts.gw.window is `0`; allowed is 1 to"),
        "{told}"
    );
    let told = one_problem("[policies]\ncool_down_s = -1", &[]);
    assert!(
        told.starts_with("partyline.toml:2: policies.cool_down_s is -1; allowed are 0 to"),
        "{told}"
    );
    let told = one_problem("[http]\nlisten = \"8080\"", &[]);
    assert!(
        told.starts_with("partyline.toml:2: http.listen is `8080`"),
        "{told}"
    );
    assert!(
        one_problem("[http\n", &[]).starts_with("partyline.toml:1:6: "),
        "{}",
        one_problem("[http\n", &[])
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[database]\nnode = 600\n[log]\nfilter = \"a=b=c\"\n[smpp]\nmax_unanswered = 0";
    assert_eq!(load(text, &[], &[]).unwrap_err().len(), 3);
    let env = [("PARTYLINE__A__B", "1"), ("PARTYLINE__C", "1")];
    assert_eq!(load("", &env, &[]).unwrap_err().len(), 2);
}

#[test]
fn flags_are_named_too() {
    assert!(load("", &[], &["http.port=1"]).unwrap_err()[0].starts_with("--set http.port: http.port is no"));
    assert!(load("", &[], &["http"]).unwrap_err()[0].contains("key=value"));
}

#[test]
fn a_named_file_must_be_there() {
    let sources = Sources {
        file: Some("no/such.toml".into()),
        ..Sources::default()
    };
    assert!(
        Config::load(&sources)
            .unwrap_err()
            .to_string()
            .starts_with("cannot read no/such.toml")
    );
}
