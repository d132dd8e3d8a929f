//! The provider, as this broker talks to it: where it is and which keys it has is asked for when it is first needed, and
//! kept for an hour.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken,
    CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError,
    ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse, UserInfoClaims, http,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::attempt::Attempt;
use crate::config::oidc::{OidcConfig, is_private};
use crate::config::tls;
use crate::domain::Timestamp;
use crate::domain::oidc::{self, Gap, Person, Rules};
use crate::switchboard::{Rates, Switchboard};

/// The longest answer that is read.
const MOST_BYTES: usize = 1 << 20;
/// How long it is believed what the provider said of itself.
const KEPT_MS: i64 = 3_600_000;
/// After a failure it is left alone for so long: whoever asks meanwhile hears at once that it cannot be reached.
const PAUSE_MS: i64 = 2_000;
/// So long somebody waits while it is asked for somebody else: were it to hang, they would stand in a queue without end.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Keys are fetched anew for a key id that is unknown: a few times at once, and then so often.
const REFETCHES_PER_S: f64 = 0.1;
const REFETCHES_MS: i64 = 50_000;

/// The algorithms whose signatures are taken: those with a key of which the provider shows but the public half.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum OidcError {
    /// They are wrong.
    #[error("{0}")]
    Settings(String),
    /// A file of theirs is.
    #[error("oidc.tls_ca: {0}")]
    Tls(#[from] tls::TlsFileError),
    /// There is no client by them.
    #[error("no client for the provider: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why nobody came of it. What is inside goes to the log.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The provider does not answer, or not as one does.
    #[error("{0}")]
    Unreachable(String),
    /// What it answered is not to be believed.
    #[error("{0}")]
    Unsound(String),
}

/// Something and what is behind it, in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut below = error.source();
    while let Some(one) = below {
        line += &format!(": {one}");
        below = one.source();
    }
    line
}

fn unreachable(error: &dyn std::error::Error) -> Failure {
    Failure::Unreachable(told(error))
}

fn unsound(error: &dyn std::error::Error) -> Failure {
    Failure::Unsound(told(error))
}

#[derive(Debug, Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the answer cannot be read: {0}")]
    Answer(#[from] http::Error),
    #[error("{0} is no https URL; secrets are not sent there")]
    NotPrivate(String),
}

/// HTTP, as the crate wants it: no redirects, no answer without end.
struct Fetch(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let url = request.uri().to_string();
            if !Url::parse(&url).is_ok_and(|url| is_private(&url)) {
                return Err(FetchError::NotPrivate(url));
            }
            let mut answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
            let mut builder = http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                builder = builder.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(piece) = answer.chunk().await? {
                if body.len() + piece.len() > MOST_BYTES {
                    return Err(FetchError::TooLong);
                }
                body.extend_from_slice(&piece);
            }
            Ok(builder.body(body)?)
        })
    }
}

/// All claims, whatever they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, Timestamp)>,
    failed: Option<(String, Timestamp)>,
    refetches: Rates<()>,
}

/// The provider and what it is asked for.
pub struct Oidc {
    config: OidcConfig,
    rules: Rules,
    issuer: IssuerUrl,
    client: ClientId,
    secret: Option<ClientSecret>,
    back: RedirectUrl,
    fetch: Fetch,
    /// Held while it is asked: one asks, the others wait for that a while.
    known: Mutex<Known>,
    /// For ways back that are under way.
    places: Arc<Semaphore>,
}

/// Most ways back at once: each asks the provider, and anybody can make one up.
const MOST_BACK: usize = 16;

impl Oidc {
    /// By settings; none where they say nothing of a provider. `public_url` is how browsers reach this broker. Asks nobody.
    pub fn new(config: &OidcConfig, public_url: &str) -> Result<Option<Arc<Self>>, OidcError> {
        if !config.is_on() {
            return Ok(None);
        }
        let issuer = IssuerUrl::new(config.issuer.clone());
        let issuer = issuer.map_err(|error| OidcError::Settings(format!("oidc.issuer: {error}")))?;
        let back = RedirectUrl::new(format!("{public_url}/v1/session/oidc/callback"));
        let back = back.map_err(|error| OidcError::Settings(format!("http.public_url: {error}")))?;
        let secret = config.secret().map_err(OidcError::Settings)?;
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(config.timeout_s));
        if issuer.url().scheme() == "https" {
            let ca = Some(config.tls_ca.as_path()).filter(|path| !path.as_os_str().is_empty());
            let roots = tls::client(ca)?;
            client = client.use_preconfigured_tls((*roots).clone());
        }
        Ok(Some(Arc::new(Self {
            rules: config.rules(),
            client: ClientId::new(config.client_id.clone()),
            secret: secret.map(|secret| ClientSecret::new(secret.to_string())),
            fetch: Fetch(client.build()?),
            places: Arc::new(Semaphore::new(MOST_BACK)),
            known: Mutex::new(Known {
                metadata: None,
                failed: None,
                refetches: Rates::new(2, REFETCHES_MS),
            }),
            config: config.clone(),
            issuer,
            back,
        })))
    }

    /// The words of the button.
    pub(super) fn name(&self) -> &str {
        &self.config.name
    }

    /// Who may sign in.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The provider as it calls itself.
    pub(super) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    async fn known(&self) -> Result<MutexGuard<'_, Known>, Failure> {
        let waited = tokio::time::timeout(LONGEST_WAIT, self.known.lock()).await;
        waited.map_err(|_| Failure::Unreachable("it is asked already, and does not answer".into()))
    }

    /// What the provider says of itself, with its keys.
    async fn metadata(&self, board: &Switchboard) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let mut known = self.known().await?;
        // Not before: it may have taken a while, in which it was found out.
        let now = board.now();
        if let Some((metadata, at)) = &known.metadata
            && now.since(*at) < KEPT_MS
        {
            return Ok(metadata.clone());
        }
        if let Some((why, at)) = &known.failed
            && now.since(*at) < PAUSE_MS
        {
            return Err(Failure::Unreachable(why.clone()));
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.fetch).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                (known.metadata, known.failed) = (Some((metadata.clone(), now)), None);
                Ok(metadata)
            }
            Err(error) => {
                let failure = unreachable(&error);
                // It may have taken longer than it is then left alone.
                known.failed = Some((failure.to_string(), board.now()));
                Err(failure)
            }
        }
    }

    /// The same with its keys fetched anew, for a key that is not among them. Not without end: then with those of before.
    async fn with_new_keys(
        &self,
        old: Arc<CoreProviderMetadata>,
        board: &Switchboard,
    ) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let mut known = self.known().await?;
        let now = board.now();
        if known.refetches.wait_ms((), REFETCHES_PER_S, now) > 0 {
            return Ok(old);
        }
        known.refetches.take((), REFETCHES_PER_S, now);
        let keys = CoreJsonWebKeySet::fetch_async(old.jwks_uri(), &self.fetch).await;
        let keys = keys.map_err(|error| unreachable(&error))?;
        let fresh = Arc::new((*old).clone().set_jwks(keys));
        if let Some((metadata, _)) = &mut known.metadata {
            *metadata = fresh.clone();
        }
        Ok(fresh)
    }

    fn talk(&self, metadata: &CoreProviderMetadata) -> Client {
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), self.client.clone(), self.secret.clone());
        // Without a word about it the header is what everybody takes.
        let takes = |method| {
            let methods = metadata.token_endpoint_auth_methods_supported();
            methods.is_none_or(|methods| methods.contains(&method))
        };
        let in_body =
            !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        client
            .set_auth_type(if in_body {
                AuthType::RequestBody
            } else {
                AuthType::BasicAuth
            })
            .set_redirect_uri(self.back.clone())
    }

    /// Where a browser is sent to, for this try.
    pub(super) async fn begin(&self, attempt: &Attempt, board: &Switchboard) -> Result<Url, Failure> {
        let metadata = self.metadata(board).await?;
        if !is_private(metadata.authorization_endpoint().url()) {
            return Err(Failure::Unsound(
                "its authorization endpoint is no https URL".into(),
            ));
        }
        let (state, nonce) = (attempt.state(), attempt.nonce());
        let verifier = PkceCodeVerifier::new(attempt.verifier());
        // The first is always asked for.
        let scopes = self.config.scopes.iter().filter(|scope| *scope != "openid");
        let client = self.talk(&metadata);
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes.map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    /// A place for somebody who comes back, while there is one.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// Whom the provider has let in, by the code that it has sent the browser back with.
    pub(super) async fn redeem(
        &self,
        code: String,
        attempt: &Attempt,
        board: &Switchboard,
    ) -> Result<Person, Failure> {
        let mut metadata = self.metadata(board).await?;
        let client = self.talk(&metadata);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| unreachable(&error))?;
        let answer = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier()))
            .request_async(&self.fetch)
            .await;
        let answer: CoreTokenResponse = answer.map_err(|error| match &error {
            openidconnect::RequestTokenError::Request(_) => unreachable(&error),
            _ => unsound(&error),
        })?;
        let token = answer
            .id_token()
            .ok_or_else(|| Failure::Unsound("the answer holds no id_token".into()))?;
        let mut checked = self.check(&metadata, token, &answer, attempt, board.now());
        if let Err(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        )) = checked
        {
            metadata = self.with_new_keys(metadata, board).await?;
            checked = self.check(&metadata, token, &answer, attempt, board.now());
        }
        let subject = checked.map_err(|error| unsound(&error))?;
        let mut claims = payload(token)?;
        self.check_party(&claims)?;
        let gap = oidc::gap(&self.rules, &claims);
        if gap != Gap::None && metadata.userinfo_endpoint().is_some() {
            match self.more(&client, &answer, subject.clone()).await {
                Ok(more) => claims = oidc::joined(&self.rules, claims, more),
                // That it does not say their role is not to be taken for its word that they have none.
                Err(failure) if gap == Gap::Standing => return Err(failure),
                Err(failure) => tracing::warn!(%failure, "the provider does not say more about somebody"),
            }
        }
        Ok(oidc::person(&self.rules, &self.config.issuer, &subject, &claims))
    }

    /// Looks the token over: signature, issuer, audience, expiry, nonce, and the hash of the other token. Says the subject.
    fn check(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        answer: &CoreTokenResponse,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<SubjectIdentifier, ClaimsVerificationError> {
        let time = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
        // As a client without a secret: what could be signed with that is never taken.
        let verifier = CoreIdTokenVerifier::new_public_client(
            self.client.clone(),
            self.issuer.clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || time);
        let claims = token.claims(&verifier, &Nonce::new(attempt.nonce()))?;
        if let Some(expected) = claims.access_token_hash() {
            let signature = ClaimsVerificationError::SignatureVerification;
            let algorithm = token.signing_alg().map_err(signature)?;
            let key = token.signing_key(&verifier).map_err(signature)?;
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
                .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?;
            if actual != *expected {
                return Err(ClaimsVerificationError::Other(
                    "at_hash is of another token".into(),
                ));
            }
        }
        Ok(claims.subject().clone())
    }

    /// The token is for this client, and nobody else was to have it: the crate leaves `azp` alone.
    fn check_party(&self, claims: &Map<String, Value>) -> Result<(), Failure> {
        match claims.get("azp") {
            None => Ok(()),
            Some(Value::String(party)) if *party == *self.config.client_id => Ok(()),
            Some(_) => Err(Failure::Unsound("azp is another client".into())),
        }
    }

    async fn more(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        subject: SubjectIdentifier,
    ) -> Result<Map<String, Value>, Failure> {
        let request = client
            .user_info(answer.access_token().clone(), Some(subject))
            .map_err(|error| unreachable(&error))?;
        let told: UserInfoClaims<Others, CoreGenderClaim> = request
            .request_async(&self.fetch)
            .await
            .map_err(|error| unreachable(&error))?;
        match serde_json::to_value(told) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(Failure::Unsound("the claims are no object".into())),
        }
    }
}

/// All claims of a token whose signature was looked at.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>, Failure> {
    let text = token.to_string();
    let part = text.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes());
    let read = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.ok_or_else(|| Failure::Unsound("the claims are no object".into()))
}
