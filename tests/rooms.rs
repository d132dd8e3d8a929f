//! The rooms of the house import one another in one direction only (ARCHITECTURE.md draws it).
//!
//! Every source file is read, comments and texts are left out, and each path that leads into another room
//! (`crate::room::…`, `use crate::{room::…}`, `super::…` out of the room) must be one that is allowed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and those that it may import.
const RULES: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("wire", &[]),
    ("config", &["domain"]),
    ("store", &["domain", "wire"]),
    ("switchboard", &["domain", "wire", "store"]),
    ("carriers", &["domain", "wire", "config", "switchboard"]),
    ("voice", &["domain", "wire", "config", "switchboard"]),
    ("callbacks", &["domain", "wire", "config", "switchboard"]),
    ("api", &["domain", "wire", "config", "switchboard"]),
    (
        "app",
        &[
            "domain",
            "wire",
            "config",
            "store",
            "switchboard",
            "carriers",
            "voice",
            "callbacks",
            "api",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "wire",
            "config",
            "store",
            "switchboard",
            "carriers",
            "voice",
            "callbacks",
            "api",
            "app",
        ],
    ),
];
/// What test code may import besides: it needs a database.
const FOR_TESTS: &str = "store";

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(char),
}

/// Names and signs of Rust source, without comments, texts and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut found, mut i) = (Vec::new(), 0);
    while i < chars.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(i), at(i + 1)) {
                    ('/', '*') => depth += 1,
                    ('*', '/') => depth -= 1,
                    _ => {
                        i += 1;
                        if i >= chars.len() {
                            break;
                        }
                        continue;
                    }
                }
                i += 2;
                if depth == 0 {
                    break;
                }
            }
        } else if c == '"' {
            i = after_text(&chars, i);
        } else if c == '\'' {
            // A character, or else a lifetime, whose name is then read as a word and harms nobody.
            i = match (at(i + 1), at(i + 2)) {
                ('\\', _) => (i + 3..chars.len()).find(|j| at(*j) == '\'').unwrap_or(i) + 1,
                (_, '\'') => i + 3,
                _ => i + 1,
            };
        } else if c.is_alphabetic() || c == '_' {
            let end = (i..chars.len())
                .find(|j| !at(*j).is_alphanumeric() && at(*j) != '_')
                .unwrap_or(chars.len());
            let word: String = chars[i..end].iter().collect();
            let hashes = (end..chars.len()).take_while(|j| at(*j) == '#').count();
            if ["r", "br", "cr"].contains(&word.as_str()) && at(end + hashes) == '"' {
                i = after_raw_text(&chars, end + hashes, hashes);
            } else {
                found.push(Token::Word(word));
                i = end;
            }
        } else {
            if !c.is_whitespace() {
                found.push(Token::Sign(c));
            }
            i += 1;
        }
    }
    found
}

fn after_text(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw_text(chars: &[char], start: usize, hashes: usize) -> usize {
    let ends =
        |i: usize| chars[i] == '"' && chars[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    let end = (start + 1..chars.len()).find(|i| ends(*i));
    end.unwrap_or(chars.len()) + 1 + hashes
}

/// Which tokens belong to `#[cfg(test)]` items.
fn test_marks(tokens: &[Token]) -> Vec<bool> {
    let mut marks = vec![false; tokens.len()];
    let sign = |i: usize, c: char| tokens.get(i) == Some(&Token::Sign(c));
    let word = |i: usize, w: &str| tokens.get(i) == Some(&Token::Word(w.into()));
    let mut i = 0;
    while i < tokens.len() {
        let marked = sign(i, '#')
            && sign(i + 1, '[')
            && word(i + 2, "cfg")
            && sign(i + 3, '(')
            && word(i + 4, "test")
            && sign(i + 5, ')');
        if !marked {
            i += 1;
            continue;
        }
        let start = i;
        let (mut braces, mut others) = (0, 0);
        while i < tokens.len() {
            match &tokens[i] {
                Token::Sign('{') => braces += 1,
                Token::Sign('}') => braces -= 1,
                Token::Sign('(' | '[') => others += 1,
                Token::Sign(')' | ']') => others -= 1,
                _ => {}
            }
            let block_ended = tokens[i] == Token::Sign('}') && braces == 0;
            let item_ended = tokens[i] == Token::Sign(';') && braces == 0 && others == 0;
            i += 1;
            // `use a::{b};` ends with its semicolon.
            if item_ended || (block_ended && !sign(i, ';')) {
                break;
            }
        }
        marks[start..i].fill(true);
    }
    marks
}

/// The rooms that the tokens lead into, each with whether that is in test code. `depth` is how many
/// `super` lead from the file's module to the crate's root.
fn imports(tokens: &[Token], depth: usize) -> Vec<(String, bool)> {
    let marks = test_marks(tokens);
    let sign = |i: usize, c: char| tokens.get(i) == Some(&Token::Sign(c));
    let word = |i: usize| match tokens.get(i) {
        Some(Token::Word(w)) => Some(w.as_str()),
        _ => None,
    };
    let colons = |i: usize| sign(i, ':') && sign(i + 1, ':');
    let mut found = Vec::new();
    for (start, in_test) in marks.iter().copied().enumerate() {
        // A path begins here, not in its middle.
        if start >= 2 && colons(start - 2) {
            continue;
        }
        let mut i = start;
        match word(i) {
            Some("crate" | "partyline") => i += 1,
            Some("super") => {
                let mut climbed = 1;
                while colons(i + 1) && word(i + 3) == Some("super") {
                    climbed += 1;
                    i += 3;
                }
                if climbed < depth {
                    continue;
                }
                i += 1;
            }
            _ => continue,
        }
        if !colons(i) {
            continue;
        }
        i += 2;
        if let Some(room) = word(i) {
            found.push((room.to_owned(), in_test));
        } else if sign(i, '{') {
            let (mut braces, mut first) = (0, true);
            while i < tokens.len() {
                match &tokens[i] {
                    Token::Sign('{') => braces += 1,
                    Token::Sign('}') => braces -= 1,
                    Token::Sign(',') if braces == 1 => first = true,
                    Token::Word(room) if braces == 1 && first => {
                        found.push((room.clone(), in_test));
                        first = false;
                    }
                    _ => {}
                }
                i += 1;
                if braces == 0 {
                    break;
                }
            }
        }
    }
    found
}

/// What breaks the rules in a file: `path` is relative to `src`.
fn violations(path: &str, source: &str) -> Vec<String> {
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    let room = parts[0];
    let Some((_, allowed)) = RULES.iter().find(|(name, _)| *name == room) else {
        let known = ["lib", "main"].contains(&room);
        return if known {
            Vec::new()
        } else {
            vec![format!("{path}: no rule for this room")]
        };
    };
    let is_test = |part: &&str| *part == "tests" || part.ends_with("_tests") || *part == "story";
    let test_file = parts.iter().any(is_test);
    let depth = parts.iter().filter(|part| **part != "mod").count();
    let mut wrong: Vec<String> = imports(&tokens(source), depth)
        .into_iter()
        .filter(|(to, _)| to != room && RULES.iter().any(|(name, _)| name == to))
        .filter(|(to, in_test)| {
            let for_tests = (*in_test || test_file) && to == FOR_TESTS;
            !allowed.contains(&to.as_str()) && !for_tests
        })
        .map(|(to, _)| format!("src/{path}: {room} must not import {to}"))
        .collect();
    wrong.dedup();
    wrong
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn the_rooms_import_one_another_in_one_direction() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            violations(path, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of log lines that would be printed as debug output, which is Rust's and not a reader's.
fn debug_fields(tokens: &[Token]) -> Vec<String> {
    let word = |at: usize, wanted: &str| matches!(tokens.get(at), Some(Token::Word(w)) if w == wanted);
    let sign = |at: usize, wanted: char| tokens.get(at) == Some(&Token::Sign(wanted));
    let mut found = Vec::new();
    for start in (0..tokens.len()).filter(|at| word(*at, "tracing") && sign(at + 1, ':')) {
        let end = (start..tokens.len())
            .find(|at| sign(*at, ';'))
            .unwrap_or(tokens.len());
        for at in start..end {
            // A field's value, or a field by itself; the `?` of an error that is handed on stands after a value.
            let begins = sign(at, '=') || sign(at, ',') || sign(at, '(');
            if let (true, true, Some(Token::Word(field))) = (begins, sign(at + 1, '?'), tokens.get(at + 2)) {
                found.push(field.clone());
            }
        }
    }
    found
}

#[test]
fn log_lines_print_words_and_no_debug_output() {
    let planted = tokens("tracing::info!(?mode, why = ?self.why, %error, \"a sentence? = ?x\"); f()?;");
    assert_eq!(debug_fields(&planted), ["mode", "self"]);
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for file in files {
        let found = debug_fields(&tokens(&fs::read_to_string(&file).unwrap()));
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
}

#[test]
fn a_planted_violation_is_caught() {
    for (path, source) in [
        ("domain/e164.rs", "use crate::store::Db;"),
        ("wire/smpp/mod.rs", "use crate::domain::E164;"),
        ("api/members.rs", "use crate::store::Conn;"),
        (
            "api/members.rs",
            "use crate::{domain::E164, carriers::{loopback}};",
        ),
        ("carriers/loopback.rs", "fn f() { crate::api::bind(); }"),
        ("config/mod.rs", "use crate::switchboard::Switchboard;"),
        ("store/db.rs", "use super::super::switchboard::Switchboard;"),
        (
            "switchboard/mod.rs",
            "const Q: &str = \"\\\"\"; use crate::api::x;",
        ),
        (
            "switchboard/mod.rs",
            "const Q: &str = r#\"\"\"#; const C: char = '\"'; use crate::config::x;",
        ),
        ("app.rs", "use crate::cli::Cli;"),
        ("app/demo.rs", "use partyline::cli::Cli;"),
        (
            "api/mod.rs",
            "#[cfg(test)] use crate::store::Db; use crate::store::Conn;",
        ),
        (
            "api/mod.rs",
            "#[cfg(test)] mod tests { use crate::carriers::loopback; }",
        ),
        ("cellar/mod.rs", ""),
    ] {
        assert_eq!(violations(path, source).len(), 1, "{path}: {source}");
    }
}

#[test]
fn what_is_allowed_or_only_looks_like_an_import_is_left_alone() {
    for (path, source) in [
        (
            "store/db.rs",
            "use crate::domain::E164; use super::schema; use crate::store::Conn;",
        ),
        (
            "domain/e164.rs",
            "// use crate::store::Db;\n/* crate::api /* crate::cli */ */ const A: &str = \"crate::store::x\";",
        ),
        (
            "domain/e164.rs",
            "const A: &str = r#\"use crate::\"store\"::x\"#; fn f<'a>(x: &'a str) {}",
        ),
        (
            "domain/e164.rs",
            "#[cfg(test)]\nmod tests { use crate::store::Db; }",
        ),
        ("api/tests/support.rs", "use crate::store::Db;"),
        ("switchboard/lanes_tests.rs", "use super::super::store::Db;"),
        ("api/mod.rs", "use other::store::x; use foo::crate_::store;"),
        ("main.rs", "use partyline::cli;"),
    ] {
        assert_eq!(violations(path, source), Vec::<String>::new(), "{path}: {source}");
    }
}
