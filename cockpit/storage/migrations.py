"""The ledger's tables, as numbered steps. A step that has shipped is never edited: a change is a new step."""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE freezes (
        source TEXT NOT NULL, native TEXT NOT NULL,
        reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, hard INTEGER NOT NULL,
        PRIMARY KEY (source, native)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE hold (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE looked (
        source TEXT NOT NULL, native TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (source, native)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE settled (
        source TEXT NOT NULL, native TEXT NOT NULL, ask TEXT NOT NULL,
        payload TEXT NOT NULL, ending TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (source, native, ask)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX settled_by_time ON settled (at);

    CREATE TABLE audit (
        intent TEXT PRIMARY KEY,
        command TEXT NOT NULL, target TEXT NOT NULL, detail TEXT NOT NULL,
        begun TEXT NOT NULL, ended TEXT, outcome TEXT
    ) STRICT;
    CREATE INDEX audit_by_time ON audit (begun);

    CREATE TABLE asks (
        id TEXT PRIMARY KEY,
        source TEXT NOT NULL, thread TEXT NOT NULL, payload TEXT NOT NULL,
        created TEXT NOT NULL, expires TEXT NOT NULL, withdrawn TEXT,
        answer TEXT, answered_by TEXT, answered_at TEXT
    ) STRICT;
    CREATE INDEX asks_open ON asks (expires) WHERE answered_at IS NULL AND withdrawn IS NULL;
    """,
    "ALTER TABLE asks ADD COLUMN taken TEXT",
    """
    CREATE TABLE workers (
        id TEXT PRIMARY KEY,
        source TEXT NOT NULL, place TEXT NOT NULL, harness TEXT NOT NULL, digest TEXT NOT NULL,
        started TEXT NOT NULL, ending TEXT, life INTEGER NOT NULL, record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX workers_by_source ON workers (source, started);
    """,
    """
    CREATE TABLE post (
        source TEXT NOT NULL, team TEXT NOT NULL,
        sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
        id TEXT NOT NULL, summary TEXT NOT NULL, color TEXT,
        UNIQUE (source, team, at, sender, recipient, id, text)
    ) STRICT;
    """,
    """
    CREATE TABLE pins (
        source TEXT NOT NULL, native TEXT NOT NULL, place INTEGER NOT NULL,
        PRIMARY KEY (source, native)
    ) STRICT, WITHOUT ROWID;
    """,
)

NEWEST = len(STEPS)
"""The schema number that this program writes; SQLite keeps it as `user_version`."""
