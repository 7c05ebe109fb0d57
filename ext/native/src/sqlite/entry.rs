//! Where SQLite comes in: the extension's entry point, and the function that it gives to each connection.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::api::{Api, Argument, Context, Db, Function, DIRECT_ONLY, ERROR, OK, OLDEST, UTF8};
use super::connection::Connection;

/// The name that the gem's statement selects.
const FUNCTION: &std::ffi::CStr = c"active_data_flow_door";

/// The connections that have let us in, by number. A number is given once, so one of a closed connection finds nothing.
/// Those of the parent process stay in a child's table, and say so when they are used.
static CONNECTIONS: Mutex<BTreeMap<i64, Weak<Connection>>> = Mutex::new(BTreeMap::new());
static LAST: AtomicI64 = AtomicI64::new(0);

/// The SQLites of this process: another gem may have brought one of its own. A function is called without its table, so
/// each SQLite has a function to itself.
static SQLITES: [AtomicPtr<c_void>; 4] = [const { AtomicPtr::new(ptr::null_mut()) }; 4];
const FUNCTIONS: [Function; 4] = [called::<0>, called::<1>, called::<2>, called::<3>];

/// The entry point that SQLite looks for: the letters of the library's name.
///
/// # Safety
/// For SQLite, which calls it while a thread that holds the interpreter's lock loads the extension.
#[no_mangle]
pub unsafe extern "C" fn sqlite3_activedataflownative_init(
    db: *mut Db,
    _message: *mut *mut c_char,
    table: *mut c_void,
) -> c_int {
    // SAFETY: these are SQLite's own arguments.
    unsafe {
        let Some(api) = Api::new(table) else {
            return ERROR;
        };
        if api.libversion_number() < OLDEST {
            return ERROR;
        }
        let known = CONNECTIONS.lock().values().any(|other| {
            other
                .upgrade()
                .is_some_and(|other| ptr::eq(other.db, db) && other.is_here())
        });
        if known {
            return OK;
        }
        give_function(api, db)
    }
}

/// # Safety
/// `db` is an open connection of `api`'s SQLite.
unsafe fn give_function(api: Api, db: *mut Db) -> c_int {
    let Some(function) = function_of(api) else {
        return ERROR;
    };
    let token = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let connection = Arc::new(Connection::new(api, db, token));
    CONNECTIONS
        .lock()
        .insert(token, Arc::downgrade(&connection));
    let data = Arc::into_raw(connection).cast_mut().cast();
    // SAFETY: SQLite keeps `data` until it calls `closed` with it, which it does as well when it refuses the function.
    unsafe {
        api.create_function_v2(
            db,
            FUNCTION.as_ptr(),
            0,
            c_int::from(UTF8) | DIRECT_ONLY,
            data,
            Some(function),
            None,
            None,
            Some(closed),
        )
    }
}

/// The function that knows the table, if there are not too many tables.
fn function_of(api: Api) -> Option<Function> {
    SQLITES.iter().zip(FUNCTIONS).find_map(|(slot, function)| {
        let free = ptr::null_mut();
        let taken = slot.compare_exchange(free, api.as_ptr(), Ordering::Relaxed, Ordering::Relaxed);
        let is_ours = taken.is_ok() || taken == Err(api.as_ptr());
        is_ours.then_some(function)
    })
}

unsafe extern "C" fn called<const SQLITE: usize>(
    context: *mut Context,
    _count: c_int,
    _arguments: *mut *mut Argument,
) {
    // SAFETY: the table of the SQLite that calls, and the data that its connection was given with the function.
    unsafe {
        let Some(api) = SQLITES
            .get(SQLITE)
            .and_then(|slot| Api::new(slot.load(Ordering::Relaxed)))
        else {
            return;
        };
        if let Some(connection) = api.user_data(context).cast::<Connection>().as_ref() {
            connection.called();
            api.result_int64(context, connection.token);
        }
    }
}

/// The connection is gone, or somebody gave another function the same name.
unsafe extern "C" fn closed(data: *mut c_void) {
    // SAFETY: what `give_function` handed over, once.
    let connection = unsafe { Arc::from_raw(data.cast_const().cast::<Connection>()) };
    connection.closed();
    CONNECTIONS.lock().remove(&connection.token);
}

/// The connection with that number.
pub fn find(token: i64) -> Option<Arc<Connection>> {
    CONNECTIONS.lock().get(&token).and_then(Weak::upgrade)
}
