use super::parse::PoolFile;

fn problems(text: &str) -> Vec<String> {
    PoolFile::parse("p.toml", text).map(drop).unwrap_err()
}

fn with(rest: &str) -> Vec<String> {
    problems(&format!(
        "[community]\nname = \"c\"\n[[pools]]\nname = \"p\"\n[[members]]\nname = \"Ann\"\nphone = \"+15550000001\"\n{rest}"
    ))
}

#[test]
fn a_mistake_is_told_with_line_key_value_and_what_is_allowed() {
    for (text, told) in [
        (
            "[comunity]",
            "p.toml:1: comunity is no setting; known are: community, pools, campaigns, numbers, members, contacts",
        ),
        (
            "[community]\nname = 3",
            "p.toml:2: community.name is integer `3`; allowed is a text in quotes",
        ),
        (
            "[community]\nname = \"\"",
            "p.toml:2: community.name is ``; a name has 1 to 100",
        ),
        ("[[pools]]\nname = \"a\"", "lacks `community`"),
        (
            "[community]\nname = \"c\"\n[community.policy]\nwhen_full = \"no\"",
            "p.toml:4: community.policy.when_full is `no`; allowed are: refuse, recycle",
        ),
        (
            "[community]\nname = \"c\"\n[community.policy]\ndeadline_s = 0",
            "p.toml:4: community.policy.deadline_s is 0; allowed are 1 to",
        ),
        (
            "[community]\nname = \"c\"\n[community.policy]\ncooldown = 0",
            "p.toml:4: community.policy.cooldown is no setting; known are: strangers",
        ),
        ("community = [", "p.toml:1:"),
    ] {
        let all = problems(text);
        assert!(all.len() == 1 && all[0].contains(told), "{text}: {all:?}");
    }
    for (rest, told) in [
        (
            "[[numbers]]\npool = \"q\"\nnumber = \"+14155550101\"\ncarrier = \"c\"",
            "p.toml:9: numbers[0].pool is `q`; allowed are the pools of this file: p",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"555\"\ncarrier = \"c\"",
            "p.toml:10: numbers[0].number: `555` is not an E.164",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\ncapabilities = [\"fax\"]",
            "p.toml:12: numbers[0].capabilities[0] is `fax`; allowed are: sms, mms, voice",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\nstate = \"off\"",
            "p.toml:12: numbers[0].state is `off`; allowed are: active, draining",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\nrate_per_s = -1",
            "p.toml:12: numbers[0].rate_per_s is -1; allowed are 0",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\ntexts_per_day = -1",
            "p.toml:12: numbers[0]: `texts_per_day` is -1; allowed are 0",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\ncampaign = \"x\"",
            "p.toml:12: numbers[0].campaign is `x`; allowed are the campaigns of this file",
        ),
        (
            "[[campaigns]]\nname = \"x\"\npool = \"q\"",
            "p.toml:10: campaigns[0].pool is `q`; allowed are the pools of this file: p",
        ),
        (
            "[[campaigns]]\nname = \"x\"\npool = \"p\"\n[[campaigns]]\nname = \"y\"\npool = \"p\"",
            "p.toml:13: campaigns[1].pool is `p` a second time; a pool has one campaign",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"\ncarrier = \"c\"\nregion = \"USA\"",
            "p.toml:12: numbers[0].region is `USA`; allowed are two letters",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+15550000001\"\ncarrier = \"c\"",
            "p.toml:7: members[0].phone is +15550000001, a pool number",
        ),
        (
            "[[numbers]]\npool = \"p\"\nnumber = \"+14155550101\"",
            "numbers[0] lacks `carrier`",
        ),
        (
            "[[members]]\nname = \"Bo\"\nphone = \"+15550000001\"",
            "p.toml:10: members[1].phone is +15550000001 a second time",
        ),
        (
            "[[contacts]]\nmember = \"Ann\"\ncontact = \"Zed\"",
            "p.toml:10: contacts[0].contact is `Zed`; allowed are the names and phones",
        ),
        (
            "[[contacts]]\nmember = \"Ann\"\ncontact = \"+15550000001\"",
            "p.toml:10: contacts[0].contact is the member itself",
        ),
        (
            "[[pools]]\nname = \"p\"",
            "p.toml:9: pools[1].name is `p` a second time",
        ),
    ] {
        let all = with(rest);
        assert!(all.len() == 1 && all[0].contains(told), "{rest}: {all:?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let rest = "[[members]]\nname = \"Ann\"\nphone = \"+15550000002\"\n[[contacts]]\nmember = \"Ann\"\ncontact = \"Bo\"\n\
                [[numbers]]\npool = \"x\"\nnumber = \"1\"\ncarrier = \"\"";
    assert_eq!(with(rest).len(), 4, "{:?}", with(rest));
}
