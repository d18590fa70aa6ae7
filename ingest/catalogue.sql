-- The catalogue is the truth; Chroma and tantivy are caches of it.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fonds TEXT NOT NULL,
  root TEXT NOT NULL,              -- the folder that was ingested, absolute
  path TEXT NOT NULL,              -- relative to root
  size INTEGER NOT NULL,           -- bytes
  mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('staged', 'live', 'retired', 'set_aside')),
  reading INTEGER NOT NULL,        -- version of the readers that read it
  cutting INTEGER NOT NULL,        -- version of the rules that cut it
  reason TEXT NOT NULL DEFAULT '', -- set aside: key of the sentence
  detail TEXT NOT NULL DEFAULT '',
  warnings TEXT NOT NULL DEFAULT '[]',
  seconds REAL NOT NULL DEFAULT 0, -- spent reading
  run_id INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sources_place ON sources (fonds, root, path);
CREATE INDEX IF NOT EXISTS sources_state ON sources (state);
-- the place on the disk, whichever folder was named: asked for each file that comes in (schema 5)
CREATE INDEX IF NOT EXISTS sources_file ON sources (fonds, root || '/' || path);

CREATE TABLE IF NOT EXISTS pages (
  source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,         -- 1-based
  text TEXT NOT NULL,
  ocr INTEGER NOT NULL,
  confidence REAL,                 -- of the OCR, 0 to 1
  words BLOB,                      -- OCR: zlib of packed (start, end, left, top, right, bottom)
  PRIMARY KEY (source_id, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS records (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  number TEXT, number_key TEXT,
  date TEXT, date_end TEXT, title TEXT, body TEXT, article_id TEXT,
  label TEXT NOT NULL,             -- as a clerk names it
  section_path TEXT NOT NULL DEFAULT '[]',
  vote TEXT,                       -- JSON of ingest.records.record.Vote
  spans TEXT NOT NULL,             -- JSON [[page, start, end], ...]
  page_first INTEGER NOT NULL, page_last INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_source ON records (source_id);
CREATE INDEX IF NOT EXISTS records_number ON records (number_key);
CREATE INDEX IF NOT EXISTS records_article ON records (article_id);
-- who decided, asked with each question: the articles of law need not be walked through (schema 2)
CREATE INDEX IF NOT EXISTS records_body ON records (source_id, body) WHERE kind <> 'article';

-- what an act states, each with its place (schema 3)
CREATE TABLE IF NOT EXISTS facts (
  record_id INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,              -- one of ingest.records.record.FACTS
  value TEXT NOT NULL,
  page INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  PRIMARY KEY (record_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS facts_named ON facts (value)
  WHERE name IN ('visa', 'renvoi', 'rapporte');

CREATE TABLE IF NOT EXISTS passages (
  id TEXT PRIMARY KEY,             -- source_id.ordinal
  source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  record_id INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  heading TEXT NOT NULL,
  text TEXT NOT NULL,
  spans TEXT NOT NULL,             -- JSON [[page, start, end], ...]; text joins them with "\n"
  page_first INTEGER NOT NULL, page_last INTEGER NOT NULL,
  input_sha TEXT NOT NULL          -- of the text given to the embedder
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_source ON passages (source_id, ordinal);
CREATE INDEX IF NOT EXISTS passages_record ON passages (record_id, ordinal);
CREATE INDEX IF NOT EXISTS passages_input ON passages (input_sha);

-- an article of law as it stood between two days; only records are embedded (schema 3)
CREATE TABLE IF NOT EXISTS versions (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  page INTEGER NOT NULL,           -- where it stands in its source
  article_id TEXT NOT NULL,        -- '' for what a suppression list names
  version_id TEXT NOT NULL,        -- LEGIARTI..., '' where the file names none
  date TEXT NOT NULL,              -- first day in force
  date_end TEXT,                   -- first day no longer in force
  etat TEXT NOT NULL,
  number TEXT NOT NULL, number_key TEXT NOT NULL, body TEXT NOT NULL,
  by TEXT NOT NULL,                -- the act that made it
  stamp TEXT NOT NULL,             -- state of the law that the file gives: the newest has the word
  current INTEGER NOT NULL,        -- 1: it is a record of its source, its text stands on the page
  replaced INTEGER NOT NULL DEFAULT 0, -- 1: a newer state has another record, or none
  text BLOB                        -- zlib; NULL: on the page, or not given
);
CREATE INDEX IF NOT EXISTS versions_source ON versions (source_id, page);
CREATE INDEX IF NOT EXISTS versions_article ON versions (article_id, date);
CREATE INDEX IF NOT EXISTS versions_number ON versions (number_key);
CREATE INDEX IF NOT EXISTS versions_id ON versions (version_id) WHERE version_id <> '';
CREATE INDEX IF NOT EXISTS versions_replaced ON versions (source_id, page) WHERE replaced = 1;

CREATE TABLE IF NOT EXISTS vectors (
  model TEXT NOT NULL,             -- SHA-256 of the model folder, shortened
  input_sha TEXT NOT NULL,
  vector BLOB NOT NULL,            -- float16, as the model gave it
  PRIMARY KEY (model, input_sha)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started TEXT NOT NULL, ended TEXT, state TEXT NOT NULL, report TEXT NOT NULL DEFAULT '{}'
);

-- (schema 3) what was taken out of a fonds: the receipt, and for what was asked the reason why the
-- same content does not come in again
CREATE TABLE IF NOT EXISTS withdrawals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fonds TEXT NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('asked', 'vanished')),
  scope TEXT NOT NULL,             -- asked: the fonds that it is kept out of; '' for all
  who TEXT NOT NULL, at TEXT NOT NULL,
  removed TEXT NOT NULL,           -- JSON: store -> how many
  erased TEXT,                     -- when its last byte was gone; NULL: still owed
  restored TEXT                    -- when it was let in again
);
CREATE INDEX IF NOT EXISTS withdrawals_content ON withdrawals (sha256);

-- (schema 6) contents that a correction has replaced: a withdrawal takes the answers on them too
CREATE TABLE IF NOT EXISTS earlier (
  became TEXT NOT NULL, sha256 TEXT NOT NULL, -- of the file's content after it, and before
  PRIMARY KEY (became, sha256)
) WITHOUT ROWID;

-- (schema 6) the objects of the acts of what is withdrawn, until its last byte is gone
CREATE TABLE IF NOT EXISTS objects (
  receipt INTEGER NOT NULL,        -- id of the withdrawal
  length INTEGER NOT NULL, first TEXT NOT NULL, whole TEXT NOT NULL, -- digests: ingest/objects.py
  PRIMARY KEY (receipt, whole)
) WITHOUT ROWID;

-- (schema 3) fonds whose stores may still hold bytes of what was removed
CREATE TABLE IF NOT EXISTS owed (fonds TEXT PRIMARY KEY) WITHOUT ROWID;

-- (schema 3) sources whose records have been looked for by their own number and object
CREATE TABLE IF NOT EXISTS looked_for (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE
);

-- (schema 3) live records that a search for their own number and object does not find
CREATE TABLE IF NOT EXISTS unfound (
  record_id INTEGER PRIMARY KEY REFERENCES records (id) ON DELETE CASCADE,
  reason TEXT NOT NULL             -- key of app.errors.UNFOUND
);
