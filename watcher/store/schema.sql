-- The tables of a new embedded database, at step 0005: written by `python -m tools.schema`, never by hand.
-- The steps in migrations/ lead to the same, which a test shows.

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE source (
	id VARCHAR NOT NULL,
	signal VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	declared VARCHAR NOT NULL,
	parent VARCHAR NOT NULL,
	until BIGINT,
	retired_at BIGINT,
	etag VARCHAR NOT NULL,
	last_modified VARCHAR NOT NULL,
	body_hash VARCHAR NOT NULL,
	failures INTEGER NOT NULL,
	outcome VARCHAR NOT NULL,
	error VARCHAR NOT NULL,
	next_at BIGINT,
	first_tried_at BIGINT,
	last_tried_at BIGINT,
	last_good_at BIGINT,
	failing_since BIGINT,
	newest_entry_at BIGINT,
	gone_since BIGINT,
	gone_polls INTEGER NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX source_due ON source (next_at) WHERE retired_at IS NULL;

CREATE INDEX source_parent ON source (parent);

CREATE INDEX source_signal ON source (signal);

CREATE TABLE poll (
	source VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	outcome VARCHAR NOT NULL,
	ms INTEGER NOT NULL,
	PRIMARY KEY (source, at)
)
 WITHOUT ROWID;

CREATE INDEX poll_at ON poll (at);

CREATE TABLE poll_day (
	source VARCHAR NOT NULL,
	day BIGINT NOT NULL,
	ok INTEGER NOT NULL,
	unchanged INTEGER NOT NULL,
	blocked INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	PRIMARY KEY (source, day)
)
 WITHOUT ROWID;

CREATE INDEX poll_day_day ON poll_day (day);

CREATE TABLE document (
	id INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	final_url VARCHAR NOT NULL,
	content_type VARCHAR NOT NULL,
	fetched_at BIGINT NOT NULL,
	size INTEGER NOT NULL,
	cited BOOLEAN NOT NULL,
	body BLOB,
	chain BLOB NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (hash)
);

CREATE INDEX document_body ON document (fetched_at) WHERE body IS NOT NULL;

CREATE TABLE entry (
	source VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	revision INTEGER NOT NULL,
	digest VARCHAR NOT NULL,
	observation INTEGER NOT NULL,
	first_seen_at BIGINT NOT NULL,
	missing_since BIGINT,
	missing_reads INTEGER NOT NULL,
	withdrawn_at BIGINT,
	PRIMARY KEY (source, "key")
)
 WITHOUT ROWID;

CREATE TABLE absence (
	source VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	since BIGINT NOT NULL,
	until BIGINT,
	PRIMARY KEY (source, "key", since)
)
 WITHOUT ROWID;

CREATE TABLE observation (
	id INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	revision INTEGER NOT NULL,
	seen_at BIGINT NOT NULL,
	first_seen_at BIGINT NOT NULL,
	document INTEGER,
	publisher VARCHAR NOT NULL,
	tier VARCHAR NOT NULL,
	surface VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	entry VARCHAR NOT NULL,
	chain BLOB NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(document) REFERENCES document (id)
);

CREATE INDEX observation_document ON observation (document);

CREATE UNIQUE INDEX observation_entry ON observation (source, "key", revision);

CREATE INDEX observation_seen ON observation (seen_at);

CREATE TABLE ruling (
	signal VARCHAR NOT NULL,
	rules VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (signal)
);

CREATE TABLE claim (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	track VARCHAR NOT NULL,
	observation INTEGER,
	seen_at BIGINT NOT NULL,
	claim VARCHAR NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(observation) REFERENCES observation (id)
);

CREATE INDEX claim_observation ON claim (observation);

CREATE TABLE verdict (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	headline VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	verdict VARCHAR NOT NULL,
	chain BLOB NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX verdict_signal ON verdict (signal, at, id);

CREATE TABLE present (
	signal VARCHAR NOT NULL,
	verdict INTEGER NOT NULL,
	as_of BIGINT NOT NULL,
	verified_at BIGINT,
	baseline_at BIGINT, brief VARCHAR, brief_of INTEGER,
	PRIMARY KEY (signal),
	FOREIGN KEY(verdict) REFERENCES verdict (id)
);

CREATE TABLE digest (
	id VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	kind VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX digest_at ON digest (at);

CREATE TABLE transition (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	kind VARCHAR NOT NULL,
	digest VARCHAR,
	transition VARCHAR NOT NULL,
	chain BLOB NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(digest) REFERENCES digest (id)
);

CREATE INDEX transition_digest ON transition (digest);

CREATE INDEX transition_pending ON transition (id) WHERE digest IS NULL;

CREATE INDEX transition_signal ON transition (signal, at);

CREATE TABLE delivery (
	id INTEGER NOT NULL,
	digest VARCHAR NOT NULL,
	recipient VARCHAR NOT NULL,
	channel VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	message_id VARCHAR NOT NULL,
	message VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	created_at BIGINT NOT NULL,
	attempts INTEGER NOT NULL,
	next_at BIGINT,
	lease_until BIGINT,
	attempt_started_at BIGINT,
	sent_at BIGINT,
	error VARCHAR NOT NULL,
	uncertain BOOLEAN NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(digest) REFERENCES digest (id)
);

CREATE INDEX delivery_created ON delivery (created_at);

CREATE UNIQUE INDEX delivery_once ON delivery (digest, recipient, channel, address);

CREATE TABLE chain (
	name VARCHAR NOT NULL,
	last INTEGER NOT NULL,
	head BLOB NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE gap (
	name VARCHAR NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	prior BLOB NOT NULL,
	chain BLOB NOT NULL,
	PRIMARY KEY (name, first)
)
 WITHOUT ROWID;

CREATE TABLE meta (
	"key" VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY ("key")
);

CREATE TABLE act (
	id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	who VARCHAR NOT NULL,
	what VARCHAR NOT NULL,
	why VARCHAR NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX act_at ON act (at);

CREATE TABLE evidence (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	known VARCHAR NOT NULL,
	"by" VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	withdrawn_at BIGINT,
	withdrawn_by VARCHAR NOT NULL,
	withdrawn_why VARCHAR NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX evidence_signal ON evidence (signal);

CREATE TABLE mute (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	track VARCHAR NOT NULL,
	"by" VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	since BIGINT NOT NULL,
	until BIGINT,
	PRIMARY KEY (id)
);

CREATE INDEX mute_signal ON mute (signal);

CREATE INDEX claim_standing ON claim (signal, observation, id);

CREATE INDEX delivery_state ON delivery (state);

CREATE INDEX delivery_next ON delivery (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX delivery_lease ON delivery (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE subscriber (
	id VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	signals VARCHAR NOT NULL,
	pace VARCHAR NOT NULL,
	created_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (address)
);

CREATE INDEX subscriber_created ON subscriber (created_at);

CREATE TABLE undecided (
	id INTEGER NOT NULL,
	signal VARCHAR NOT NULL,
	text VARCHAR NOT NULL,
	asked_at BIGINT,
	settled_at BIGINT,
	settled_by VARCHAR NOT NULL,
	settled_as VARCHAR NOT NULL,
	settled_why VARCHAR NOT NULL,
	evidence INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(evidence) REFERENCES evidence (id)
);

CREATE INDEX undecided_signal ON undecided (signal);

INSERT INTO alembic_version VALUES ('0005');
