use serde_json::{Value, json};

use super::House;

const FILE: &str = r#"
[community]
name = "Riders"

[[pools]]
name = "north"

[[numbers]]
pool = "north"
number = "+15005550301"
carrier = "loopback"
rate_per_s = 2.0

[[members]]
name = "Eve"
phone = "+14155550401"
"#;

fn order(toml: &str, plan: &Value) -> Value {
    json!({ "toml": toml, "fingerprint": plan["fingerprint"] })
}

fn changes(plan: &Value) -> Vec<&str> {
    let changes = plan["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|one| one["change"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_file_is_planned_shown_and_applied_as_it_was_shown() {
    let house = House::new().await;
    let file = json!({ "toml": FILE });
    let plan = house.post("/v1/pool_files/plan", file.clone()).await.expect(200);
    assert_eq!(plan["community"], Value::Null);
    let made = [
        "create_community",
        "create_pool",
        "create_number",
        "create_member",
    ];
    assert_eq!(changes(&plan), made);
    assert_eq!(house.everything().await["communities"]["data"], json!([]));

    let applied = house
        .post("/v1/pool_files/apply", order(FILE, &plan))
        .await
        .expect(200);
    assert_eq!(changes(&applied), made);
    let again = house.post("/v1/pool_files/plan", file).await.expect(200);
    assert_eq!(
        (&again["changes"], &again["community"]),
        (&json!([]), &applied["community"])
    );

    let faster = FILE.replace("rate_per_s = 2.0", "rate_per_s = 3.0");
    let plan = house
        .post("/v1/pool_files/plan", json!({ "toml": faster }))
        .await
        .expect(200);
    let change = json!({
        "change": "change_number", "number": "+15005550301",
        "fields": [{ "field": "rate_per_s", "from": 2.0, "to": 3.0 }],
    });
    assert_eq!(plan["changes"], json!([change]));
}

#[actix_web::test]
async fn what_was_shown_is_done_or_nothing() {
    let house = House::new().await;
    let plan = house
        .post("/v1/pool_files/plan", json!({ "toml": FILE }))
        .await
        .expect(200);
    let made = house
        .post("/v1/pool_files/apply", order(FILE, &plan))
        .await
        .expect(200);
    let at = format!("/v1/communities/{}", made["community"].as_str().unwrap());
    let second = format!("{FILE}\n[[pools]]\nname = \"south\"\n");
    let shown = house
        .post("/v1/pool_files/plan", json!({ "toml": second }))
        .await
        .expect(200);
    house
        .post(&format!("{at}/pools"), json!({ "name": "south" }))
        .await
        .expect(201);
    let before = house.everything().await;
    let refused = house.post("/v1/pool_files/apply", order(&second, &shown)).await;
    refused.problem(409, "plan_changed");
    // Another file under the fingerprint of the one that was shown is none either.
    let now = house
        .post("/v1/pool_files/plan", json!({ "toml": second }))
        .await
        .expect(200);
    let third = format!("{second}\n[[pools]]\nname = \"west\"\n");
    let refused = house.post("/v1/pool_files/apply", order(&third, &now)).await;
    refused.problem(409, "plan_changed");
    assert_eq!(house.everything().await, before);
    house
        .post("/v1/pool_files/apply", order(&second, &now))
        .await
        .expect(200);
}

#[actix_web::test]
async fn a_file_that_is_wrong_is_told_by_its_lines() {
    let house = House::new().await;
    let plan = async |toml: &str| house.post("/v1/pool_files/plan", json!({ "toml": toml })).await;
    let answer = plan("[community]\nname = ").await;
    assert_eq!(answer.text("field"), "toml");
    let sentence = answer.problem(422, "invalid");
    assert!(sentence.starts_with("pool file:2:8: not TOML"), "{sentence}");
    let wrong = FILE
        .replace("+15005550301", "5005550301")
        .replace("north\"\nnumber", "nowhere\"\nnumber");
    let sentence = plan(&wrong).await.problem(422, "invalid");
    let lines: Vec<&str> = sentence.lines().collect();
    assert_eq!(lines.len(), 2, "{sentence}");
    assert!(lines[0].starts_with("pool file:9: numbers[0].pool"), "{sentence}");
    assert!(
        lines[1].starts_with("pool file:10: numbers[0].number"),
        "{sentence}"
    );
    let other = FILE.replace("\"loopback\"", "\"acme\"");
    let sentence = plan(&other).await.problem(409, "pool_file");
    assert!(
        sentence.contains("pool file:10:") && sentence.contains("acme"),
        "{sentence}"
    );
    assert_eq!(house.everything().await["communities"]["data"], json!([]));
}

#[actix_web::test]
async fn a_file_is_for_those_who_manage_the_community_that_it_names() {
    let house = House::new().await;
    let (own, other) = (house.community("Riders").await, house.community("Walkers").await);
    let key = house.key_of(&own).await;
    let ask = async |key: &str, toml: &str| {
        house
            .ask_as(key, "POST", "/v1/pool_files/plan", Some(json!({ "toml": toml })))
            .await
    };
    let plan = ask(&key, FILE).await.expect(200);
    assert_eq!(plan["community"], own.rsplit('/').next().unwrap());
    let walkers = FILE.replace("Riders", "Walkers");
    let sentence = ask(&key, &walkers).await.problem(403, "forbidden");
    // Whether it is another's or not there is not told.
    let nobodys = ask(&key, &FILE.replace("Riders", "Nobody")).await;
    assert_eq!(
        nobodys.problem(403, "forbidden"),
        sentence.replace("Walkers", "Nobody")
    );
    let foreign = house.key_of(&other).await;
    ask(&foreign, FILE).await.problem(403, "forbidden");
    let app = house.app_key(&own, "chat").await;
    ask(&app, FILE).await.problem(403, "forbidden");
    // Nor which of the numbers in a file is somebody's, elsewhere.
    house.member(&other, "Bob", "+14155550409").await;
    let guessed = FILE.replace("+15005550301", "+14155550409");
    let whose = ask(&key, &guessed).await.problem(409, "pool_file");
    assert!(
        !whose.contains("4155550409") && !whose.contains("numbers["),
        "{whose}"
    );
    let admin = ask(&house.admin, &guessed).await.problem(409, "pool_file");
    assert!(admin.contains("+14155550409, a member's phone"), "{admin}");
    // One by one no more is told: a phone and a number of another community look alike.
    house.pool(&other, "main", 1, 15_005_550_500).await;
    let pool = house.pool(&own, "main", 1, 15_005_550_510).await;
    let taken = async |number: &str| {
        let body = json!({ "pool": pool, "number": number, "carrier": "loopback" });
        let answer = house
            .ask_as(&key, "POST", &format!("{own}/numbers"), Some(body))
            .await;
        answer.problem(409, "number_taken").replace(number, "…")
    };
    assert_eq!(taken("+15005550500").await, taken("+14155550409").await);
    assert!(taken("+15005550510").await.contains("this community"));
    // What is so in their own community is told with its line.
    house.member(&own, "Cat", "+14155550410").await;
    let mistaken = FILE.replace("+15005550301", "+14155550410");
    let told = ask(&key, &mistaken).await.problem(409, "pool_file");
    assert!(
        told.contains("numbers[0].number is +14155550410, a member's phone"),
        "{told}"
    );
    let order = Some(order(&walkers, &plan));
    let refused = house.ask_as(&key, "POST", "/v1/pool_files/apply", order).await;
    refused.problem(403, "forbidden");
}
