-- What apps are told: events, the endpoints that want them, their deliveries; the devices that are apps;
-- what was answered under an Idempotency-Key.

-- What happened, newest last. Kept for a while, for the event stream and for deliveries.
CREATE TABLE events (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    lane         BIGINT NOT NULL, -- events of one lane are delivered in order
    data         TEXT NOT NULL, -- JSON without any real number
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE callback_endpoints (
    community_id    BIGINT NOT NULL REFERENCES communities (id),
    id              BIGINT NOT NULL,
    app             TEXT, -- the app whose key made it, if one did
    url             TEXT NOT NULL,
    description     TEXT NOT NULL,
    kinds           TEXT NOT NULL, -- JSON list; empty means all
    intercepts      BOOLEAN NOT NULL, -- is asked before a text is bridged
    strangers       BOOLEAN NOT NULL, -- is asked about unknown senders
    state           TEXT NOT NULL, -- active, disabled
    disabled_reason TEXT,
    failures        INTEGER NOT NULL, -- tries that failed since the last success
    open_until      BIGINT, -- the breaker is open: no try before
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- Signing secrets. Several at once while they are rotated; each request is signed with all that live.
CREATE TABLE endpoint_secrets (
    community_id BIGINT NOT NULL,
    endpoint_id  BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    secret       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    PRIMARY KEY (community_id, endpoint_id, id),
    FOREIGN KEY (community_id, endpoint_id) REFERENCES callback_endpoints (community_id, id)
);

CREATE TABLE deliveries (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    endpoint_id  BIGINT NOT NULL,
    event_id     BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    lane         BIGINT NOT NULL,
    message_id   BIGINT, -- the text that is delivered by it, where the recipient reads in an app
    state        SMALLINT NOT NULL, -- 0 pending, 1 delivered, 2 dead
    attempts     INTEGER NOT NULL,
    due_at       BIGINT NOT NULL,
    last_status  SMALLINT,
    last_error   TEXT,
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX deliveries_pending ON deliveries (community_id, endpoint_id, id) WHERE state = 0;
CREATE INDEX deliveries_endpoint ON deliveries (community_id, endpoint_id, id);

-- Each try with what was asked and answered.
CREATE TABLE delivery_attempts (
    community_id BIGINT NOT NULL,
    delivery_id  BIGINT NOT NULL,
    attempt      INTEGER NOT NULL,
    at           BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    status       SMALLINT, -- HTTP
    error        TEXT,
    request      TEXT NOT NULL, -- the headers sent, without signatures
    answer       TEXT NOT NULL, -- the start of the body received
    PRIMARY KEY (community_id, delivery_id, attempt)
);

-- The app in which a member reads: at most one, and whether texts go there, to the phone, or both.
CREATE TABLE app_devices (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    endpoint_id  BIGINT NOT NULL,
    texts_to     TEXT NOT NULL, -- phone, app, both
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id),
    FOREIGN KEY (community_id, member_id) REFERENCES members (community_id, id),
    FOREIGN KEY (community_id, endpoint_id) REFERENCES callback_endpoints (community_id, id)
);
CREATE UNIQUE INDEX app_devices_id ON app_devices (community_id, id);
CREATE INDEX app_devices_endpoint ON app_devices (community_id, endpoint_id, member_id);

-- What a text has to look up beyond its pair; none of it where no app takes part.
ALTER TABLE communities ADD COLUMN has_app_devices BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE communities ADD COLUMN intercept_endpoint BIGINT;
ALTER TABLE communities ADD COLUMN stranger_endpoint BIGINT;

ALTER TABLE api_keys ADD COLUMN app TEXT;
ALTER TABLE api_keys ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT FALSE;

-- What was answered to a POST with an Idempotency-Key; status 0 while it is under way.
CREATE TABLE idempotency_keys (
    key_id       BIGINT NOT NULL, -- of the API key, each with names of its own
    name         TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status       SMALLINT NOT NULL,
    answer       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (key_id, name)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
