//! `pool-config/default.toml` says what the structs say.

use serde_json::Value;

use super::http_carriers::HttpCarrierConfig;
use super::sip::TrunkConfig;
use super::smpp::{AccountConfig, BindConfig, CarrierConfig};
use super::*;

const FILE: &str = include_str!("../../pool-config/default.toml");

fn load(text: &str) -> Config {
    Config::from_layers("default.toml", text, &Sources::default()).unwrap_or_else(|p| panic!("{p}"))
}

/// The file with its examples switched on: `#key = value`, where remarks have a space after the sign.
fn with_examples() -> String {
    let example = |line: &str| line.len() > 1 && !line.starts_with("# ");
    FILE.lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if example(line) => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_file_is_the_defaults() {
    assert_eq!(load(FILE), Config::default());
}

#[test]
fn every_setting_stands_in_the_file() {
    let Ok(Value::Object(sections)) = serde_json::to_value(Config::default()) else {
        panic!("settings are sections");
    };
    let file: toml::Table = FILE.parse().unwrap();
    for (section, keys) in sections {
        for (key, value) in keys.as_object().unwrap() {
            let there = file[&section].as_table().unwrap().contains_key(key);
            let map = value.is_object() && FILE.contains(&format!("#[{section}.{key}."));
            assert!(there || map, "{section}.{key} is not in default.toml");
        }
    }
}

#[test]
fn the_examples_are_sound_show_every_key_and_else_have_the_defaults() {
    let examples = with_examples().replace("public_url = \"\"", "public_url = \"https://texts.example.org\"");
    let config = load(&examples);
    let (account, carrier) = (&config.smpp.accounts["gw1"], &config.smpp.carriers["acme"]);
    let shown = AccountConfig {
        password: account.password.clone(),
        ..AccountConfig::default()
    };
    assert_eq!(*account, shown);
    let shown = CarrierConfig {
        binds: carrier.binds.clone(),
        default_region: Some("US".into()),
        ..CarrierConfig::default()
    };
    assert_eq!(*carrier, shown);
    let web = &config.http_carriers.carriers["web"];
    let shown = HttpCarrierConfig {
        account_sid: web.account_sid.clone(),
        auth_token: web.auth_token.clone(),
        ..HttpCarrierConfig::default()
    };
    assert_eq!(*web, shown);
    let trunk = &config.sip.trunks["acme"];
    let shown = TrunkConfig {
        targets: trunk.targets.clone(),
        ..TrunkConfig::default()
    };
    assert_eq!(*trunk, shown);
    let all = [
        serde_json::to_value(TrunkConfig::default()),
        serde_json::to_value(HttpCarrierConfig::default()),
        serde_json::to_value(AccountConfig::default()),
        serde_json::to_value(CarrierConfig::default()),
        serde_json::to_value(BindConfig::default()),
    ];
    for part in all {
        for key in part.unwrap().as_object().unwrap().keys() {
            let set = [
                format!("\n#{key} = "),
                format!("\n# {key} = "),
                format!(".{key}]]"),
            ];
            assert!(
                set.iter().any(|s| FILE.contains(s)),
                "{key} is not in default.toml"
            );
        }
    }
}
