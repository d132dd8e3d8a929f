use super::House;

#[actix_web::test]
async fn the_page_and_the_document_need_no_key_and_are_sent_once() {
    let house = House::new().await;
    for (path, begins) in [
        ("/docs", "\"<!doctype html>"),
        ("/openapi.json", "{\"openapi\":\"3.1"),
    ] {
        let first = house.ask("GET", path, &[], Vec::new()).await;
        assert_eq!(first.status, 200);
        assert!(first.body.to_string().starts_with(begins));
        assert_eq!(first.header("cache-control"), "public, max-age=300");
        let tag = first.header("etag").to_owned();
        let again = house
            .ask("GET", path, &[("if-none-match", &tag)], Vec::new())
            .await;
        assert_eq!((again.status, again.header("etag")), (304, tag.as_str()));
        assert!(again.body.is_null());
    }
}

#[actix_web::test]
async fn the_page_needs_nothing_but_itself() {
    let house = House::new().await;
    let answer = house.ask("GET", "/docs", &[], Vec::new()).await;
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    let page = answer.body.as_str().unwrap();
    for foreign in [
        "<script",
        " src=",
        " style=",
        "<link",
        "<img",
        "@import",
        "url(",
        "href=\"http",
    ] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for link in page
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(page.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
    let document = crate::api::openapi::document();
    let all = [&document["paths"], &document["webhooks"]];
    for (_, item) in all.iter().flat_map(|items| items.as_object().unwrap()) {
        for (_, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("<article id=\"{id}\">")), "{id}");
        }
    }
}
