//! A prepared statement, and what keeps it whole.

use std::ffi::{c_char, c_int, CStr};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use active_data_flow_core::rows::sqlite::Stored;
use magnus::{Ruby, Value};

use super::api::{
    Lifetime, Stmt, BLOB, DONE, FLOAT, INTEGER, OK, ROW, STATIC, TEXT, TRANSIENT, UTF8,
};
use super::connection::Connection;
use super::failure::Failure;
use crate::errors::{argument_error, Raised};

/// A statement of SQLite, finalised when it is dropped. Between two calls from Ruby it is always reset.
pub struct Prepared {
    connection: Arc<Connection>,
    stmt: NonNull<Stmt>,
    parameters: usize,
    columns: usize,
}

// SAFETY: as its connection: no Ruby object is in it, and whoever touches it holds the interpreter's lock.
unsafe impl Send for Prepared {}

impl Prepared {
    /// # Errors
    /// SQLite's refusal; an `ArgumentError` when the text is no single statement.
    pub fn new(
        ruby: &Ruby,
        connection: &Arc<Connection>,
        call: Value,
        sql: &str,
    ) -> Result<Self, Raised> {
        let text = sql.trim_end_matches([';', ' ', '\n', '\t', '\r']);
        let length = match c_int::try_from(text.len()) {
            Ok(length) if length > 0 && !text.contains('\0') => length,
            _ => {
                return Err(argument_error(
                    ruby,
                    "the door to SQLite takes one statement, without a zero byte in it".into(),
                ))
            }
        };
        let mut stmt = ptr::null_mut();
        let mut rest: *const c_char = ptr::null();
        let mut prepare = || {
            // SAFETY: the connection is open while its function is called; the text lives through the call.
            unsafe {
                let (api, db) = (connection.api, connection.db);
                match api.prepare_v2(db, text.as_ptr().cast(), length, &mut stmt, &mut rest) {
                    OK => Ok(()),
                    code => Err(Failure::of(api, db, code)),
                }
            }
        };
        connection.visit(ruby, call, &mut prepare, |failure| {
            failure.raised(ruby, None)
        })?;
        let made = NonNull::new(stmt).map(|stmt| Self::wrapped(connection, stmt));
        let is_whole = rest.addr() == text.as_ptr().addr() + text.len();
        made.filter(|_| is_whole).ok_or_else(|| {
            argument_error(
                ruby,
                format!("the door to SQLite takes one statement at a time, not {sql:?}"),
            )
        })
    }

    fn wrapped(connection: &Arc<Connection>, stmt: NonNull<Stmt>) -> Self {
        // SAFETY: the statement has just been prepared.
        let (parameters, columns) = unsafe {
            let api = connection.api;
            (
                api.bind_parameter_count(stmt.as_ptr()),
                api.column_count(stmt.as_ptr()),
            )
        };
        Self {
            connection: Arc::clone(connection),
            stmt,
            parameters: usize::try_from(parameters).unwrap_or(0),
            columns: usize::try_from(columns).unwrap_or(0),
        }
    }

    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The highest number of a parameter.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// How many values a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether it leaves the database as it is.
    pub fn is_read_only(&self) -> bool {
        // SAFETY: the statement is there.
        unsafe { self.connection.api.stmt_readonly(self.stmt.as_ptr()) != 0 }
    }

    pub fn column_name(&self, column: usize) -> String {
        let column = c_int::try_from(column).unwrap_or(c_int::MAX);
        // SAFETY: the text is copied at once; SQLite gives none for a column that is not there.
        unsafe {
            let name = self.connection.api.column_name(self.stmt.as_ptr(), column);
            if name.is_null() {
                String::new()
            } else {
                CStr::from_ptr(name).to_string_lossy().into_owned()
            }
        }
    }

    /// Binds the parameter `place` (from 0). Parameters that the statement does not have are left out.
    ///
    /// # Errors
    /// SQLite's refusal: the value is too long.
    ///
    /// # Safety
    /// The bytes stay where they are until [`Self::tidy`] is dropped or another value is bound.
    #[inline]
    pub unsafe fn bind(&self, place: usize, value: &Stored<'_>) -> Result<(), Failure> {
        if place >= self.parameters {
            return Ok(());
        }
        let at = c_int::try_from(place + 1).unwrap_or(c_int::MAX);
        let (api, stmt) = (self.connection.api, self.stmt.as_ptr());
        let text = |bytes: &[u8], lifetime: Lifetime| {
            // SAFETY: as below.
            unsafe { api.bind_text64(stmt, at, bytes.as_ptr(), bytes.len() as u64, lifetime, UTF8) }
        };
        // SAFETY: the statement is there and reset; the caller keeps the bytes.
        let code = unsafe {
            match *value {
                Stored::Null => api.bind_null(stmt, at),
                Stored::Int(number) => api.bind_int64(stmt, at, number),
                Stored::Float(number) => api.bind_double(stmt, at, number),
                Stored::Text(bytes) => text(bytes, STATIC),
                Stored::Made(ref brief) => text(brief.bytes(), TRANSIENT),
                Stored::Blob(bytes) => {
                    api.bind_blob64(stmt, at, bytes.as_ptr(), bytes.len() as u64, STATIC)
                }
            }
        };
        match code {
            OK => Ok(()),
            code => Err(self.failure(code)),
        }
    }

    /// One step: true when there is a row.
    ///
    /// # Errors
    /// SQLite's refusal; the statement is then reset.
    #[inline]
    pub fn step(&self) -> Result<bool, Failure> {
        // SAFETY: the statement is there, and its connection open: this runs while its function is called.
        match unsafe { self.connection.api.step(self.stmt.as_ptr()) } {
            ROW => Ok(true),
            DONE => Ok(false),
            code => Err(self.failure(code)),
        }
    }

    /// Runs it to its first row or its end, and resets it.
    ///
    /// # Errors
    /// As [`Self::step`].
    #[inline]
    pub fn run(&self) -> Result<bool, Failure> {
        let is_row = self.step()?;
        self.reset();
        Ok(is_row)
    }

    /// How many rows the last statement that ended has inserted, updated or deleted.
    #[inline]
    pub fn changes(&self) -> c_int {
        // SAFETY: the connection is open.
        unsafe { self.connection.api.changes(self.connection.db) }
    }

    #[inline]
    pub fn reset(&self) {
        // SAFETY: the statement is there. What it answers is the failure of the last step, which is told already.
        unsafe { self.connection.api.reset(self.stmt.as_ptr()) };
    }

    /// Nothing is half done and nothing bound any more once this is dropped.
    pub fn tidy(&self) -> Tidy<'_> {
        Tidy(self)
    }

    /// The value in `column` of the row that the last step found, as SQLite keeps it.
    ///
    /// Asked of the value, which is looked up once: each function of a statement's column takes the connection's lock and lets it
    /// go. That of the value takes none, and needs none: this runs inside of a function of the connection, which holds it.
    ///
    /// # Safety
    /// The value is used before the statement is stepped or reset, and the connection's lock is held by this thread.
    #[inline]
    pub unsafe fn value<'a>(&self, column: usize) -> Result<Stored<'a>, Failure> {
        let at = c_int::try_from(column).unwrap_or(c_int::MAX);
        let api = self.connection.api;
        // SAFETY: the bytes stay until the next step, and their count is asked for after their address.
        unsafe {
            let value = api.column_value(self.stmt.as_ptr(), at);
            Ok(match api.value_type(value) {
                INTEGER => Stored::Int(api.value_int64(value)),
                FLOAT => Stored::Float(api.value_double(value)),
                TEXT => {
                    let start = api.value_text(value);
                    Stored::Text(self.bytes(start, api.value_bytes(value))?)
                }
                BLOB => {
                    let start = api.value_blob(value);
                    Stored::Blob(self.bytes(start, api.value_bytes(value))?)
                }
                _ => Stored::Null,
            })
        }
    }

    /// # Safety
    /// `start` is null or that of `length` bytes.
    #[inline]
    unsafe fn bytes<'a>(&self, start: *const u8, length: c_int) -> Result<&'a [u8], Failure> {
        match usize::try_from(length) {
            Ok(0) | Err(_) => Ok(&[]),
            Ok(_) if start.is_null() => Err(self.failure(OUT_OF_MEMORY)),
            // SAFETY: as promised.
            Ok(length) => Ok(unsafe { std::slice::from_raw_parts(start, length) }),
        }
    }

    #[cold]
    fn failure(&self, code: c_int) -> Failure {
        // SAFETY: the connection is open.
        let failure = unsafe { Failure::of(self.connection.api, self.connection.db, code) };
        self.reset();
        failure
    }
}

/// `SQLITE_NOMEM`
const OUT_OF_MEMORY: c_int = 7;

impl Drop for Prepared {
    fn drop(&mut self) {
        self.connection.let_go(self.stmt);
    }
}

/// See [`Prepared::tidy`].
pub struct Tidy<'a>(&'a Prepared);

impl Drop for Tidy<'_> {
    fn drop(&mut self) {
        if !self.0.connection.is_ours() {
            return;
        }
        self.0.reset();
        // SAFETY: the statement is there and reset.
        unsafe { self.0.connection.api.clear_bindings(self.0.stmt.as_ptr()) };
    }
}
