//! The table of functions that every SQLite hands to an extension, `sqlite3_api_routines` in its `sqlite3ext.h`.
//!
//! The order of the table never changes, it only grows; so a function is its number. `spec/native/sqlite_api_spec.rb` holds
//! the numbers below against the header. No function is linked: a second SQLite in the process would take the file locks
//! of the first one away.

use std::ffi::{c_char, c_int, c_uchar, c_void};
use std::mem::transmute;
use std::ptr::NonNull;

/// `sqlite3`: a connection.
#[repr(C)]
pub struct Db(c_void);
/// `sqlite3_stmt`: a prepared statement.
#[repr(C)]
pub struct Stmt(c_void);
/// `sqlite3_context`: one call of an SQL function.
#[repr(C)]
pub struct Context(c_void);
/// `sqlite3_value`: an argument of an SQL function, or a value of a row.
#[repr(C)]
pub struct Argument(c_void);
/// `sqlite3_mutex`.
#[repr(C)]
pub struct Lock(c_void);

/// What SQLite calls for an SQL function.
pub type Function = unsafe extern "C" fn(*mut Context, c_int, *mut *mut Argument);
/// What SQLite calls when it lets something go.
pub type Destructor = unsafe extern "C" fn(*mut c_void);
/// `SQLITE_STATIC` (none) or `SQLITE_TRANSIENT` (-1): how long the bytes of a bound value live.
pub type Lifetime = isize;

pub const OK: c_int = 0;
pub const ERROR: c_int = 1;
pub const ROW: c_int = 100;
pub const DONE: c_int = 101;

pub const INTEGER: c_int = 1;
pub const FLOAT: c_int = 2;
pub const TEXT: c_int = 3;
pub const BLOB: c_int = 4;

pub const UTF8: c_uchar = 1;
/// Not from a view or trigger: what a database file says must not open the door.
pub const DIRECT_ONLY: c_int = 0x8_0000;

/// The bytes stay where they are until the statement is reset and its bindings are cleared.
pub const STATIC: Lifetime = 0;
/// SQLite takes a copy.
pub const TRANSIENT: Lifetime = -1;

/// `INSERT .. ON CONFLICT` (3.24) is the youngest thing that is asked of SQLite.
pub const OLDEST: c_int = 3_024_000;

/// The table, of the SQLite that handed it over. It lives as long as that SQLite's library, which stays until the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Api(NonNull<c_void>);

impl Api {
    /// # Safety
    /// `table` is what SQLite gave to an extension's entry point.
    pub unsafe fn new(table: *mut c_void) -> Option<Self> {
        NonNull::new(table).map(Self)
    }

    pub fn as_ptr(self) -> *mut c_void {
        self.0.as_ptr()
    }

    /// # Safety
    /// `number` is below the count of functions that this SQLite has.
    unsafe fn entry(self, number: usize) -> *const c_void {
        // SAFETY: the table is an array of function pointers, and it is long enough.
        unsafe { *self.0.as_ptr().cast::<*const c_void>().add(number) }
    }
}

macro_rules! routines {
    ($($number:literal $name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        impl Api {
            $(
                /// As in SQLite's documentation, with `sqlite3_` before its name.
                ///
                /// # Safety
                /// As SQLite documents it; the objects are of the SQLite that this table is from, and the thread holds the GVL.
                #[inline]
                #[allow(clippy::too_many_arguments)] // SQLite's own lists
                pub unsafe fn $name(self, $($argument: $kind),*) -> $result {
                    type Routine = unsafe extern "C" fn($($kind),*) -> $result;
                    // SAFETY: the numbers are those of the header, and all of them are older than OLDEST, below which
                    // only number 67 is called.
                    unsafe {
                        let routine = transmute::<*const c_void, Routine>(self.entry($number));
                        routine($($argument),*)
                    }
                }
            )*
        }
    };
}

routines! {
    3 bind_double(stmt: *mut Stmt, at: c_int, value: f64) -> c_int;
    5 bind_int64(stmt: *mut Stmt, at: c_int, value: i64) -> c_int;
    6 bind_null(stmt: *mut Stmt, at: c_int) -> c_int;
    7 bind_parameter_count(stmt: *mut Stmt) -> c_int;
    15 changes(db: *mut Db) -> c_int;
    22 column_count(stmt: *mut Stmt) -> c_int;
    30 column_name(stmt: *mut Stmt, at: c_int) -> *const c_char;
    39 column_value(stmt: *mut Stmt, at: c_int) -> *mut Argument;
    53 errmsg(db: *mut Db) -> *const c_char;
    57 finalize(stmt: *mut Stmt) -> c_int;
    60 get_autocommit(db: *mut Db) -> c_int;
    67 libversion_number() -> c_int;
    77 reset(stmt: *mut Stmt) -> c_int;
    83 result_int64(context: *mut Context, value: i64) -> ();
    94 step(stmt: *mut Stmt) -> c_int;
    101 user_data(context: *mut Context) -> *mut c_void;
    102 value_blob(value: *mut Argument) -> *const u8;
    103 value_bytes(value: *mut Argument) -> c_int;
    105 value_double(value: *mut Argument) -> f64;
    107 value_int64(value: *mut Argument) -> i64;
    109 value_text(value: *mut Argument) -> *const u8;
    113 value_type(value: *mut Argument) -> c_int;
    116 prepare_v2(db: *mut Db, sql: *const c_char, bytes: c_int, stmt: *mut *mut Stmt, tail: *mut *const c_char) -> c_int;
    118 clear_bindings(stmt: *mut Stmt) -> c_int;
    133 mutex_leave(lock: *mut Lock) -> ();
    134 mutex_try(lock: *mut Lock) -> c_int;
    162 create_function_v2(db: *mut Db, name: *const c_char, arguments: c_int, flags: c_int, data: *mut c_void, function: Option<Function>, step: Option<Function>, last: Option<unsafe extern "C" fn(*mut Context)>, destroy: Option<Destructor>) -> c_int;
    164 db_mutex(db: *mut Db) -> *mut Lock;
    166 extended_errcode(db: *mut Db) -> c_int;
    185 stmt_readonly(stmt: *mut Stmt) -> c_int;
    193 bind_blob64(stmt: *mut Stmt, at: c_int, bytes: *const u8, length: u64, lifetime: Lifetime) -> c_int;
    194 bind_text64(stmt: *mut Stmt, at: c_int, bytes: *const u8, length: u64, lifetime: Lifetime, encoding: c_uchar) -> c_int;
}
