//! Stories of carriers by HTTP: the broker between phones and a provider that posts webhooks and takes REST
//! calls. Twilio's signatures are those of its official library.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![allow(clippy::disallowed_methods, reason = "Telnyx signs the machine's time")]

mod support;

use std::time::Duration;

use data_encoding::BASE64;
use partyline::domain::policy::Policy;
use partyline::switchboard::media::{MediaShelf, NewMedia};
use partyline::switchboard::outlet::Verdict;
use reqwest::{Client, StatusCode};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use support::exchange::Town;
use support::provider::{ACCOUNT, Provider, TOKEN};
use support::{Broker, Contact, Database, on_both_databases};

const ANA: &str = "+14155550111";
const BO: &str = "+14155550222";
const TIME: Duration = Duration::from_secs(20);

/// The broker, its provider, and two members who are each other's contact.
struct Scene {
    broker: Broker,
    provider: Provider,
    community: String,
    contact: Contact,
    client: Client,
}

fn twilio(provider: &Provider) -> String {
    format!(
        "provider = \"twilio\"\nbase_url = \"{}\"\naccount_sid = \"{ACCOUNT}\"\nauth_token = \"{TOKEN}\"\n",
        provider.url("")
    )
}

impl Scene {
    async fn start(database: Database, capabilities: Value, carrier: impl Fn(&Provider) -> String) -> Scene {
        let provider = Provider::start().await;
        let builder = Broker::builder(database);
        let settings = format!(
            "[http_carriers]\npublic_url = \"http://{}\"\nmedia_private = true\n[http_carriers.carriers.web]\n{}",
            builder.http_addr(),
            carrier(&provider)
        );
        let broker = builder.config(&settings).start().await;
        let community = broker.create_community("Riverside").await;
        let pool = broker.create_pool(&community, "main").await;
        for number in ["+14155550131", "+14155550132"] {
            let body = json!({
                "pool": pool, "number": number, "carrier": "web", "rate_per_s": 0, "capabilities": capabilities,
            });
            broker
                .post(&format!("/v1/communities/{community}/numbers"), body)
                .await;
        }
        let ana = broker.create_member(&community, "Ana", ANA).await;
        let bo = broker.create_member(&community, "Bo", BO).await;
        let contact = broker.add_contact(&community, &ana, &bo).await;
        Scene {
            broker,
            provider,
            community,
            contact,
            client: Client::new(),
        }
    }

    fn url(&self, door: &str) -> String {
        format!("http://{}/carriers/web/{door}", self.broker.http_addr())
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)], signature: &str) -> (StatusCode, String) {
        let request = self
            .client
            .post(url)
            .form(fields)
            .header("X-Twilio-Signature", signature);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Ana's phone texts what stands for Bo; `more` are further fields.
    async fn text(&self, sid: &str, body: &str, more: &[(&str, &str)]) -> (StatusCode, String) {
        let own = [
            ("MessageSid", sid),
            ("From", ANA),
            ("To", &self.contact.number),
            ("Body", body),
        ];
        let fields = [&own[..], more].concat();
        let url = self.url("texts");
        let signature = self.provider.sign(&url, &fields).await;
        self.post(&url, &fields, &signature).await
    }

    async fn wait(&self, text: &str, status: &str) -> Value {
        let wanted = |m: &Value| m["text"] == text && m["status"] == status;
        self.broker.wait_message(&self.community, TIME, wanted).await
    }

    fn thanked(&self, answer: (StatusCode, String)) {
        let log = self.broker.process().log_tail();
        assert_eq!(answer, (StatusCode::OK, "<Response/>".to_owned()), "{log}");
    }
}

on_both_databases! {
    async fn a_text_comes_by_webhook_and_leaves_by_rest(database: Database) {
        let scene = Scene::start(database, json!(["sms"]), twilio).await;
        scene.thanked(scene.text("SM01", "Hello Bo", &[]).await);

        let texts = scene.provider.wait_texts(1).await;
        assert_eq!(texts[0]["From"], json!([scene.contact.mirror_number]));
        assert_eq!((&texts[0]["To"], &texts[0]["Body"]), (&json!([BO]), &json!(["Hello Bo"])));
        assert_eq!(texts[0]["StatusCallback"], json!([scene.url("status")]));
        assert!(!texts[0].to_string().contains(ANA));
        scene.wait("Hello Bo", "delivered").await;
        let statuses = scene.provider.state().await["statuses"].clone();
        assert!(statuses.as_array().unwrap().iter().all(|s| s[1] == 200), "{statuses}");

        // The same again is the same; after it another leaves, so nothing is still on its way.
        scene.thanked(scene.text("SM01", "Hello Bo", &[]).await);
        scene.thanked(scene.text("SM02", "How are you?", &[]).await);
        assert_eq!(scene.provider.wait_texts(2).await[1]["Body"], json!(["How are you?"]));
        assert_eq!(scene.broker.messages(&scene.community).await.len(), 2);

        // A signature of another text, none, and one over another address.
        let fields = [("MessageSid", "SM03"), ("From", ANA), ("To", &scene.contact.number), ("Body", "Forged")];
        let good = scene.provider.sign(&scene.url("texts"), &fields[..3]).await;
        let elsewhere = scene.provider.sign("https://example.org/carriers/web/texts", &fields).await;
        for signature in [good.as_str(), "", elsewhere.as_str()] {
            let (status, body) = scene.post(&scene.url("texts"), &fields, signature).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
        }
        assert_eq!(scene.broker.messages(&scene.community).await.len(), 2);

        // A number in no pool is told to the provider.
        let stray = [("MessageSid", "SM04"), ("From", ANA), ("To", "+14155550199"), ("Body", "Hi")];
        let signature = scene.provider.sign(&scene.url("texts"), &stray).await;
        let (status, body) = scene.post(&scene.url("texts"), &stray, &signature).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("unassigned_number"), "{body}");

        let log = scene.broker.log();
        for secret in [&ANA[1..], &BO[1..], TOKEN, "Hello Bo"] {
            assert!(!log.contains(secret), "{secret} in the log");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_busy_or_unwilling_is_met_as_it_should_be() {
    let scene = Scene::start(Database::Sqlite, json!(["sms"]), twilio).await;
    scene.provider.be("down").await;
    scene.thanked(scene.text("SM01", "one", &[]).await);
    scene.thanked(scene.text("SM02", "two", &[]).await);
    scene.wait("one", "queued").await;
    scene.provider.be("busy").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    scene.provider.be("up").await;
    let texts = scene.provider.wait_texts(2).await;
    let bodies: Vec<&Value> = texts.iter().map(|t| &t["Body"][0]).collect();
    assert_eq!(bodies, ["one", "two"]);
    assert!(scene.provider.state().await["refused"].as_u64().unwrap() >= 2);
    scene.wait("two", "delivered").await;

    scene.provider.be("opted_out").await;
    scene.thanked(scene.text("SM03", "three", &[]).await);
    let failed = scene.wait("three", "failed").await;
    assert_eq!(
        failed["detail"],
        "error 21610: the phone has opted out at the provider"
    );
}

const PICTURE: [(&str, &str); 2] = [("NumMedia", "1"), ("MediaContentType0", "image/jpeg")];

on_both_databases! {
    async fn a_picture_arrives_by_our_own_link_without_what_it_says_about_its_sender(database: Database) {
        let scene = Scene::start(database, json!(["sms", "mms"]), twilio).await;
        let source = scene.provider.url("/media/1");
        let more = [&PICTURE[..], &[("MediaUrl0", source.as_str())]].concat();
        scene.thanked(scene.text("MM01", "", &more).await);
        let texts = scene.provider.wait_texts(1).await;
        let link = texts[0]["MediaUrl"][0]
            .as_str()
            .unwrap_or_else(|| panic!("{texts:?}"))
            .to_owned();
        assert!(
            link.starts_with(&format!("http://{}/media/", scene.broker.http_addr())),
            "{link}"
        );
        assert!(!texts[0].to_string().contains(&scene.provider.port().to_string()) && texts[0]["Body"].is_null());

        let answer = scene.client.get(&link).send().await.unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()["content-type"]),
            (StatusCode::OK, &"image/jpeg".parse().unwrap())
        );
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let bytes = answer.bytes().await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("the picture") && !text.contains("CamPhone") && !text.contains("Exif"));
        // The provider's own host was told who asks, the other was not.
        assert_eq!(
            scene.provider.state().await["media"],
            json!([["/media/1", true], ["/cdn/1", false]])
        );
        let (first, last) = link.split_at(link.len() - 1);
        let guess = format!("{first}{}", if last == "a" { "b" } else { "a" });
        assert_eq!(
            scene.client.get(guess).send().await.unwrap().status(),
            StatusCode::NOT_FOUND
        );

        // What cannot be passed on is said.
        let card = [
            ("NumMedia", "1"),
            ("MediaContentType0", "text/x-vcard"),
            ("MediaUrl0", source.as_str()),
        ];
        scene.thanked(scene.text("MM02", "My card", &card).await);
        let texts = scene.provider.wait_texts(2).await;
        assert_eq!(
            texts[1]["Body"][0],
            "My card\n[An attachment was not passed on: contact cards hold real numbers.]"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_without_mms_sends_the_link_as_a_line_even_after_a_restart() {
    let mut scene = Scene::start(Database::Sqlite, json!(["sms"]), twilio).await;
    scene.provider.be("down").await;
    let source = scene.provider.url("/media/1");
    let more = [&PICTURE[..], &[("MediaUrl0", source.as_str())]].concat();
    scene.thanked(scene.text("MM01", "Look", &more).await);
    scene.broker.kill9();
    scene.provider.be("up").await;
    scene.broker.spawn().await;
    let texts = scene.provider.wait_texts(1).await;
    let body = texts[0]["Body"][0].as_str().unwrap();
    let (first, link) = body.split_once('\n').unwrap();
    assert_eq!(first, "Look");
    assert!(texts[0]["MediaUrl"].is_null());
    assert_eq!(
        scene.client.get(link).send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_providers_events_and_calls_work_alike() {
    let keys = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
    let public = BASE64.encode(keys.public_key().as_ref());
    let scene = Scene::start(Database::Sqlite, json!(["sms"]), |provider| {
        format!(
            "provider = \"telnyx\"\nbase_url = \"{}\"\napi_key = \"{TOKEN}\"\npublic_key = \"{public}\"\n",
            provider.url("")
        )
    })
    .await;
    let post = async |kind: &str, payload: Value, late_s: u64| {
        let body = json!({"data": {"event_type": kind, "payload": payload}}).to_string();
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let at = (now.as_secs() - late_s).to_string();
        let signature = keys.sign(format!("{at}|{body}").as_bytes());
        let request = scene
            .client
            .post(scene.url("texts"))
            .header("telnyx-timestamp", at)
            .header("telnyx-signature-ed25519", BASE64.encode(signature.as_ref()))
            .header("content-type", "application/json")
            .body(body);
        request.send().await.unwrap().status()
    };
    let text = json!({
        "id": "in-1", "text": "Hello Bo", "from": {"phone_number": ANA},
        "to": [{"phone_number": scene.contact.number}],
    });
    assert_eq!(
        post("message.received", text.clone(), 1_000).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(post("message.received", text.clone(), 0).await, StatusCode::OK);
    assert_eq!(post("message.received", text, 0).await, StatusCode::OK);
    let texts = scene.provider.wait_texts(1).await;
    assert_eq!(
        texts[0],
        json!({
            "from": scene.contact.mirror_number, "to": BO, "text": "Hello Bo", "webhook_url": scene.url("status"),
        })
    );
    let done = json!({"id": format!("SM{:032x}", 0), "to": [{"status": "delivered"}]});
    assert_eq!(post("message.finalized", done, 0).await, StatusCode::OK);
    scene.wait("Hello Bo", "delivered").await;
    assert_eq!(scene.broker.messages(&scene.community).await.len(), 1);
}

on_both_databases! {
    async fn media_stay_for_the_text_that_carries_them_and_no_longer(database: Database) {
        let town = Town::found(database, 3, Policy::default()).await;
        let board = town.board.clone().with_media_links("https://texts.example.org/media/".into());
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let day_s = 86_400;
        for token in ["one", "two", "spare"] {
            let content_type = "image/png".to_owned();
            let (token, bytes) = (token.to_owned(), b"\0picture".to_vec());
            board.keep_media(NewMedia { token, content_type, bytes, keep_s: day_s }).await.unwrap();
        }
        let with = |media: &'static [&'static str]| move |text: &mut partyline::switchboard::outlet::InboundText| {
            text.carrier_ref = Some("MM01".into());
            text.media = media.iter().map(|m| (*m).to_owned()).collect();
        };
        let first = town.text_with(ann.phone, contact.number, "", with(&["two", "one"])).await;
        assert_eq!(first.verdict, Verdict::Bridged);
        // The same text once more, its media fetched anew: they are nobody's.
        let again = town.text_with(ann.phone, contact.number, "", with(&["spare"])).await;
        assert_eq!((again.verdict, again.message), (Verdict::Duplicate, first.message));
        let links = "https://texts.example.org/media/two\nhttps://texts.example.org/media/one";
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await, [(contact.mirror_number, links.into())]);
        // Without words and without media it is no text.
        let empty = town.text(ann.phone, contact.number, "").await;
        assert!(matches!(empty.verdict, Verdict::Refused { .. }));

        let there = async |token| board.media(token).await.unwrap().is_some();
        town.clock.advance_s(7_200);
        assert!(!there("spare").await && there("one").await && there("two").await);
        assert!(!board.forget_media().await.unwrap());
        assert_eq!(board.media("two").await.unwrap().unwrap().bytes, b"\0picture");
        town.clock.advance_s(day_s);
        assert!(!there("one").await && !board.forget_media().await.unwrap() && !there("two").await);
    }
}
