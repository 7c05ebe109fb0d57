//! The type of a sink's column.

use crate::dialect::Dialect;

/// What a column takes, as far as values have to be made to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlType {
    /// True or false.
    Bool,
    /// A whole number of so many bytes.
    Int {
        /// 1, 2, 3, 4 or 8.
        bytes: u8,
        /// Whether it begins at 0.
        unsigned: bool,
    },
    /// A floating point number of 4 bytes.
    Float4,
    /// A floating point number of 8 bytes.
    Float8,
    /// A decimal number: any, or of so many digits, so many of them behind the point.
    Numeric(Option<(u16, i16)>),
    /// Text: any, or of so many characters.
    Text(Option<u32>),
    /// Bytes.
    Bytes,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Moment {
        /// How many digits of the second it keeps: 0 to 6.
        precision: u8,
        /// Whether the database knows that it is in UTC.
        zoned: bool,
    },
    /// A UUID.
    Uuid,
    /// JSON as it is written.
    Json,
    /// JSON, taken apart (PostgreSQL).
    Jsonb,
    /// A type that only the database understands; it is written to as text.
    Other(String),
}

impl SqlType {
    /// From what ActiveRecord gives as the `sql_type` of a column: "numeric(10,2)", "timestamp(6) without time zone".
    #[must_use]
    pub fn parse(text: &str, dialect: Dialect) -> Self {
        let lower = text.trim().to_ascii_lowercase();
        let (base, numbers, tail) = split(&lower);
        if lower.ends_with("[]") || lower.starts_with('"') {
            return Self::Other(text.to_owned());
        }
        let first = numbers.first().copied();
        match base {
            "boolean" | "bool" => Self::Bool,
            "tinyint" if first == Some(1) => Self::Bool,
            "real" | "float4" | "float" | "float8" | "double" | "double precision" => {
                float(base, dialect)
            }
            "numeric" | "decimal" | "dec" => Self::Numeric(digits(&numbers, dialect)),
            "bytea" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "binary" | "varbinary" => {
                Self::Bytes
            }
            "date" => Self::Date,
            "time" | "time without time zone" if !tail.starts_with("with ") => Self::Time,
            "timestamp"
            | "timestamptz"
            | "datetime"
            | "timestamp with time zone"
            | "timestamp without time zone" => Self::Moment {
                precision: precision(first, dialect),
                zoned: dialect == Dialect::Postgres
                    && (base == "timestamptz"
                        || [base, tail].iter().any(|part| part.contains("with time"))),
            },
            "uuid" => Self::Uuid,
            "json" => Self::Json,
            "jsonb" => Self::Jsonb,
            _ => whole(base, tail, dialect)
                .or_else(|| characters(base, first, dialect))
                .unwrap_or_else(|| Self::Other(text.to_owned())),
        }
    }

    /// Whether COPY in its binary form can carry it.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

/// "timestamp(6) without time zone" as "timestamp", [6], "without time zone".
fn split(text: &str) -> (&str, Vec<i64>, &str) {
    let Some((base, rest)) = text.split_once('(') else {
        // MySQL 8 writes "int unsigned".
        let base = text.strip_suffix(" unsigned").unwrap_or(text);
        return (
            base,
            Vec::new(),
            text.get(base.len()..).unwrap_or_default().trim(),
        );
    };
    let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|one| one.trim().parse().ok());
    (base.trim(), numbers.collect(), tail.trim())
}

fn float(base: &str, dialect: Dialect) -> SqlType {
    let is_short = match dialect {
        Dialect::Postgres => matches!(base, "real" | "float4"),
        Dialect::Mysql => matches!(base, "float" | "float4"),
        Dialect::Sqlite => false,
    };
    if is_short {
        SqlType::Float4
    } else {
        SqlType::Float8
    }
}

fn digits(numbers: &[i64], dialect: Dialect) -> Option<(u16, i16)> {
    match (numbers, dialect) {
        ([], Dialect::Mysql) => Some((10, 0)),
        ([], _) => None,
        ([precision, rest @ ..], _) => Some((
            u16::try_from(*precision).ok()?,
            i16::try_from(rest.first().copied().unwrap_or(0)).ok()?,
        )),
    }
}

fn precision(given: Option<i64>, dialect: Dialect) -> u8 {
    let default = if dialect == Dialect::Mysql { 0 } else { 6 };
    given
        .and_then(|digits| u8::try_from(digits).ok())
        .unwrap_or(default)
        .min(6)
}

fn whole(base: &str, tail: &str, dialect: Dialect) -> Option<SqlType> {
    let bytes = match base {
        "tinyint" => 1,
        "smallint" | "int2" | "smallserial" => 2,
        "mediumint" => 3,
        "integer" | "int" | "int4" | "serial" => 4,
        "bigint" | "int8" | "bigserial" => 8,
        _ => return None,
    };
    // SQLite keeps 64 bits under any of these names.
    let bytes = if dialect == Dialect::Sqlite { 8 } else { bytes };
    let unsigned = dialect == Dialect::Mysql && tail.contains("unsigned");
    Some(SqlType::Int { bytes, unsigned })
}

fn characters(base: &str, limit: Option<i64>, dialect: Dialect) -> Option<SqlType> {
    let is_text = matches!(
        base,
        "character varying"
            | "varchar"
            | "character"
            | "char"
            | "bpchar"
            | "nchar"
            | "nvarchar"
            | "text"
            | "citext"
            | "tinytext"
            | "mediumtext"
            | "longtext"
            | "clob"
            | "string"
    );
    let default = matches!(base, "character" | "char").then_some(1);
    // SQLite holds nobody to a length.
    let limit = limit.or(default).filter(|_| dialect != Dialect::Sqlite);
    is_text.then(|| SqlType::Text(limit.and_then(|limit| u32::try_from(limit).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pg(text: &str) -> SqlType {
        SqlType::parse(text, Dialect::Postgres)
    }

    #[test]
    fn reads_what_activerecord_gives() {
        let int = |bytes, unsigned| SqlType::Int { bytes, unsigned };
        let moment = |precision, zoned| SqlType::Moment { precision, zoned };
        let expected = [
            ("bigint", int(8, false)),
            ("integer", int(4, false)),
            ("smallint", int(2, false)),
            ("numeric", SqlType::Numeric(None)),
            ("numeric(10,2)", SqlType::Numeric(Some((10, 2)))),
            ("numeric(10)", SqlType::Numeric(Some((10, 0)))),
            ("numeric(2,-3)", SqlType::Numeric(Some((2, -3)))),
            ("double precision", SqlType::Float8),
            ("real", SqlType::Float4),
            ("character varying(255)", SqlType::Text(Some(255))),
            ("character varying", SqlType::Text(None)),
            ("character(3)", SqlType::Text(Some(3))),
            ("text", SqlType::Text(None)),
            ("bytea", SqlType::Bytes),
            ("boolean", SqlType::Bool),
            ("date", SqlType::Date),
            ("time without time zone", SqlType::Time),
            ("time(3) without time zone", SqlType::Time),
            ("timestamp(6) without time zone", moment(6, false)),
            ("timestamp without time zone", moment(6, false)),
            ("timestamp(0) with time zone", moment(0, true)),
            ("timestamp with time zone", moment(6, true)),
            ("timestamptz", moment(6, true)),
            ("uuid", SqlType::Uuid),
            ("json", SqlType::Json),
            ("jsonb", SqlType::Jsonb),
        ];
        for (text, kind) in expected {
            assert_eq!(pg(text), kind, "{text}");
        }
        for text in [
            "integer[]",
            "numeric(10,2)[]",
            "inet",
            "\"char\"",
            "mood",
            "time with time zone",
        ] {
            assert_eq!(pg(text), SqlType::Other(text.to_owned()));
        }
    }

    #[test]
    fn knows_what_the_same_word_means_elsewhere() {
        let sqlite = |text| SqlType::parse(text, Dialect::Sqlite);
        let mysql = |text| SqlType::parse(text, Dialect::Mysql);
        let int = |bytes, unsigned| SqlType::Int { bytes, unsigned };
        let moment = |precision| SqlType::Moment {
            precision,
            zoned: false,
        };
        assert_eq!(sqlite("INTEGER"), int(8, false));
        assert_eq!(sqlite("varchar(255)"), SqlType::Text(None));
        assert_eq!(sqlite("datetime(6)"), moment(6));
        assert_eq!(sqlite("float"), SqlType::Float8);
        assert_eq!(sqlite("blob"), SqlType::Bytes);
        assert_eq!(mysql("tinyint(1)"), SqlType::Bool);
        assert_eq!(mysql("tinyint(4)"), int(1, false));
        assert_eq!(mysql("int(11) unsigned"), int(4, true));
        assert_eq!(mysql("bigint unsigned"), int(8, true));
        assert_eq!(mysql("datetime"), moment(0));
        assert_eq!(mysql("float"), SqlType::Float4);
        assert_eq!(mysql("decimal"), SqlType::Numeric(Some((10, 0))));
        assert_eq!(mysql("longtext"), SqlType::Text(None));
    }
}
