//! Which database it is.

/// A database, as far as its SQL differs from that of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// By the name of ActiveRecord's adapter, in any case.
    #[must_use]
    pub fn named(adapter: &str) -> Option<Self> {
        match adapter.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "postgis" => Some(Self::Postgres),
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "mysql" | "mysql2" | "trilogy" => Some(Self::Mysql),
            _ => None,
        }
    }

    /// As it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::Mysql => "MySQL",
        }
    }
}
