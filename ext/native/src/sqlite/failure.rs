//! What SQLite refused, and the exception that tells of it.

use std::ffi::{c_int, CStr};

use magnus::value::ReprValue;
use magnus::{Error, Exception, Module, RModule, Ruby};

use super::api::{Api, Db};
use crate::errors::Raised;

/// `SQLITE_MISMATCH`
const MISMATCH: c_int = 20;

/// A refusal of SQLite: its code with the details (`SQLITE_CONSTRAINT_UNIQUE`, not only `SQLITE_CONSTRAINT`) and its words.
#[derive(Debug)]
pub struct Failure {
    code: c_int,
    message: String,
}

impl Failure {
    /// What has just gone wrong on the connection.
    ///
    /// # Safety
    /// `db` is open and of the SQLite that `api` is from.
    #[cold]
    pub unsafe fn of(api: Api, db: *mut Db, code: c_int) -> Self {
        // SAFETY: as promised; the text is copied before anything else is asked of SQLite.
        unsafe {
            let detailed = api.extended_errcode(db);
            let message = api.errmsg(db);
            // What SQLite refuses before it begins, such as a value that is too long, may not be kept with the connection.
            let code = if detailed & 0xff == code & 0xff {
                detailed
            } else {
                code
            };
            let message = if message.is_null() {
                "no message".to_owned()
            } else {
                CStr::from_ptr(message).to_string_lossy().into_owned()
            };
            Self { code, message }
        }
    }

    /// A value that SQLite would turn into another one.
    #[cold]
    pub fn unfit(kind: &str) -> Self {
        let message = format!(
            "SQLite has no such {kind}: it keeps no NaN, and decimals of at most 62 digits"
        );
        Self {
            code: MISMATCH,
            message,
        }
    }

    /// The exception of the sqlite3 gem, which knows the row of the batch if there is one.
    #[cold]
    pub fn raised(self, ruby: &Ruby, row: Option<usize>) -> Raised {
        let exception = || -> Result<Exception, Error> {
            let ours: RModule = ruby.class_object().const_get("ActiveDataFlow")?;
            let sqlite: RModule = ours.const_get("Sqlite")?;
            sqlite.funcall("failure", (self.code, self.message, row))
        };
        Raised::Ruby(exception().map_or_else(|error| error, Error::from))
    }
}
