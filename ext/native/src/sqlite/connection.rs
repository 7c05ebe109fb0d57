//! `ActiveDataFlow::Native::SqliteConnection`: a connection of the sqlite3 gem that has let us in.
//!
//! ## How an exception of a callback finds its way out
//! A busy handler or an SQL function that is written in Ruby may raise, and so may whatever reaches its thread meanwhile (a
//! timeout, a kill). The sqlite3 gem keeps such a jump until the call of its own has returned, inside which the callback
//! ran; outside of one it drops it, and older versions jump over SQLite right away. So all work is done inside a call of
//! the gem: it steps a statement of its own, `SELECT active_data_flow_door()`, and the function behind that name does the
//! work. The gem then raises what came, and a jump of an older version is caught here.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::NonNull;
use std::sync::Arc;

use magnus::rb_sys::protect;
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, DataTypeFunctions, Error, Module, Object, RArray, Ruby, TypedData,
    Value,
};

use super::api::{Api, Db, Stmt, OK};
use super::entry;
use super::failure::Failure;
use super::prepared::Prepared;
use super::reader::NativeStatement;
use crate::arguments::{Text, Wrapped};
use crate::errors::{data_flow_error, Raised};

const BUSY: &str = "this connection to SQLite is reading or writing rows already. A busy handler, SQL function or \
                    collation must not use the door that it is called from, nor may two threads share one";

/// A connection and the SQLite that it belongs to. It is there for as long as the connection or one of our statements is.
pub struct Connection {
    pub api: Api,
    pub db: *mut Db,
    pub token: i64,
    pid: u32,
    open: Cell<bool>,
    /// What the next call of the function has to do; it lives on the stack of [`Connection::visit`], which waits.
    given: Cell<Option<NonNull<Visit<'static>>>>,
    inside: Cell<bool>,
    /// Statements that were let go while another thread was inside SQLite.
    left: RefCell<Vec<NonNull<Stmt>>>,
}

// SAFETY: no Ruby object is in it, and whoever touches it holds the interpreter's lock.
unsafe impl Send for Connection {}
// SAFETY: likewise.
unsafe impl Sync for Connection {}

/// Work that is done inside the function: it calls SQLite, and neither Ruby nor anything that must be dropped afterwards.
struct Visit<'a> {
    work: &'a mut dyn FnMut() -> Result<(), Failure>,
    ended: Option<Ended>,
}

enum Ended {
    Done,
    Failed(Failure),
    Jumped(Error),
    Panicked(Box<dyn Any + Send>),
}

impl Connection {
    pub fn new(api: Api, db: *mut Db, token: i64) -> Self {
        Self {
            api,
            db,
            token,
            pid: std::process::id(),
            open: Cell::new(true),
            given: Cell::new(None),
            inside: Cell::new(false),
            left: RefCell::default(),
        }
    }

    /// Whether it is open, and of this process.
    pub fn is_here(&self) -> bool {
        self.open.get() && self.is_ours()
    }

    /// Whether it is of this process.
    pub fn is_ours(&self) -> bool {
        self.pid == std::process::id()
    }

    /// SQLite has let the connection go.
    pub fn closed(&self) {
        self.open.set(false);
    }

    /// Why it cannot be used, if it cannot.
    fn refusal(&self) -> Option<String> {
        Some(if !self.is_ours() {
            format!(
                "this door to SQLite was opened in process {}, and this is process {}. A connection does not survive a fork: \
                 connect again after it and open a new door",
                self.pid,
                std::process::id()
            )
        } else if !self.open.get() {
            "the connection behind this door to SQLite is closed. Open a new door for each run, and none across a reconnect"
                .to_owned()
        } else {
            return None;
        })
    }

    fn check(&self, ruby: &Ruby) -> Result<(), Raised> {
        let reason = self
            .refusal()
            .or_else(|| self.is_busy().then(|| BUSY.to_owned()));
        reason.map_or(Ok(()), |reason| Err(data_flow_error(ruby, reason)))
    }

    fn is_busy(&self) -> bool {
        self.inside.get() || self.given.get().is_some()
    }

    /// Does `work` inside the function that the gem's statement `call` selects.
    ///
    /// # Errors
    /// What a callback raised, what reached the thread meanwhile, or what `failed` makes of SQLite's refusal.
    pub fn visit(
        &self,
        ruby: &Ruby,
        call: Value,
        work: &mut dyn FnMut() -> Result<(), Failure>,
        failed: impl FnOnce(Failure) -> Raised,
    ) -> Result<(), Raised> {
        if self.visited(ruby, call, work, failed)? {
            return Ok(());
        }
        let message = "this door to SQLite belongs to another connection".to_owned();
        Err(data_flow_error(ruby, message))
    }

    /// Whether the function that `call` selects is the one that this connection was given.
    fn knows(&self, ruby: &Ruby, call: Value) -> Result<bool, Raised> {
        self.visited(ruby, call, &mut || Ok(()), |failure| {
            failure.raised(ruby, None)
        })
    }

    /// False when the function did not find us.
    fn visited(
        &self,
        ruby: &Ruby,
        call: Value,
        work: &mut dyn FnMut() -> Result<(), Failure>,
        failed: impl FnOnce(Failure) -> Raised,
    ) -> Result<bool, Raised> {
        self.check(ruby)?;
        let mut visit = Visit { work, ended: None };
        self.given.set(Some(NonNull::from(&mut visit).cast()));
        let stepped: Result<Value, Error> = call.funcall("step", ());
        self.given.set(None);
        let reset: Result<Value, Error> = call.funcall("reset!", ());
        self.sweep();
        match visit.ended {
            Some(Ended::Panicked(reason)) => resume_unwind(reason),
            Some(Ended::Jumped(error)) => return Err(error.into()),
            // What a callback raised says more than SQLite, which was only told that it failed.
            Some(Ended::Failed(failure)) => {
                return Err(stepped.err().map_or_else(|| failed(failure), Raised::from))
            }
            Some(Ended::Done) => stepped.and(reset).map(|_| true),
            None => stepped.and(reset).map(|_| false),
        }
        .map_err(Raised::from)
    }

    /// The function was called: by us, or by somebody who wants to know the connection's number.
    pub fn called(&self) {
        let Some(visit) = self.given.take() else {
            return;
        };
        // SAFETY: it lives on the stack of `visit`, which waits for the call to return and takes it away then.
        let Visit { work, ended } = unsafe { &mut *visit.as_ptr() };
        self.inside.set(true);
        let jumped = protect(|| {
            *ended = Some(match catch_unwind(AssertUnwindSafe(work)) {
                Ok(Ok(())) => Ended::Done,
                Ok(Err(failure)) => Ended::Failed(failure),
                Err(reason) => Ended::Panicked(reason),
            });
            rb_sys::Qnil as rb_sys::VALUE
        });
        self.inside.set(false);
        if let Err(error) = jumped {
            // An older gem: the jump left SQLite in the middle of a call, which holds the connection's lock once.
            // SAFETY: the connection is open, its function is just being called.
            unsafe { self.api.mutex_leave(self.api.db_mutex(self.db)) };
            *ended = Some(Ended::Jumped(error));
        }
    }

    /// Lets a statement go, at once or as soon as no other thread is inside SQLite: such a thread waits for the
    /// interpreter's lock with the connection's in its hands, and who holds the former must not wait for the latter.
    pub fn let_go(&self, stmt: NonNull<Stmt>) {
        if !self.is_ours() {
            return; // the parent's: nothing of it may be touched, its memory is left
        }
        // Nobody borrows the list for longer than this line; the collector, which may call us, runs no Rust in between.
        if let Ok(mut left) = self.left.try_borrow_mut() {
            left.push(stmt);
        }
        self.sweep();
    }

    /// Finalises the statements that were let go.
    pub fn sweep(&self) {
        while let Some(stmt) = self.next_left() {
            // SAFETY: an unfinalised statement keeps the connection's memory, be it closed or not. The lock is only looked
            // at: with the interpreter's lock in our hands no other thread can take it before we are done, and the last
            // statement of a closed connection takes the lock with it.
            unsafe {
                let lock = self.api.db_mutex(self.db);
                if self.api.mutex_try(lock) != OK {
                    self.left.borrow_mut().push(stmt);
                    return;
                }
                self.api.mutex_leave(lock);
                self.api.finalize(stmt.as_ptr());
            }
        }
    }

    fn next_left(&self) -> Option<NonNull<Stmt>> {
        self.left.borrow_mut().pop()
    }
}

/// The handle that Ruby has; it holds no Ruby object.
#[derive(TypedData)]
#[magnus(
    class = "ActiveDataFlow::Native::SqliteConnection",
    free_immediately,
    size
)]
pub struct NativeConnection(Arc<Connection>);

impl DataTypeFunctions for NativeConnection {}

type This = Wrapped<NativeConnection>;

impl NativeConnection {
    pub fn core(&self) -> &Arc<Connection> {
        &self.0
    }

    /// The connection whose function the gem's statement selects. Nil when the function is another library's: that of a
    /// file which took the place of ours after we were loaded.
    fn find(ruby: &Ruby, call: Value) -> Result<Option<Self>, Raised> {
        let row: Value = call.funcall("step", ())?;
        let _: Value = call.funcall("reset!", ())?;
        let token = RArray::from_value(row)
            .map(|row| row.entry::<i64>(0))
            .transpose()?;
        let Some(connection) = token.and_then(entry::find) else {
            return Ok(None);
        };
        let is_it = connection.knows(ruby, call)?;
        Ok(is_it.then_some(Self(connection)))
    }

    fn refusal(this: This) -> Option<String> {
        this.0.refusal()
    }

    /// Whether the gem's statement may be closed: not that of another process, nor while work is done inside it.
    fn is_free(this: This) -> bool {
        this.0.is_ours() && !this.0.is_busy()
    }

    /// Whether a transaction is open.
    fn is_in_transaction(ruby: &Ruby, this: This) -> Result<bool, Raised> {
        this.0.check(ruby)?;
        // SAFETY: the connection is open.
        Ok(unsafe { this.0.api.get_autocommit(this.0.db) } == 0)
    }

    fn prepare(ruby: &Ruby, this: This, call: Value, sql: Text) -> Result<NativeStatement, Raised> {
        Prepared::new(ruby, &this.0, call, &sql.lossy()).map(NativeStatement::new)
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("SqliteConnection", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("find", function!(NativeConnection::find, 1))?;
    class.define_method("refusal", method!(NativeConnection::refusal, 0))?;
    class.define_method("free?", method!(NativeConnection::is_free, 0))?;
    class.define_method(
        "transaction?",
        method!(NativeConnection::is_in_transaction, 0),
    )?;
    class.define_method("prepare", method!(NativeConnection::prepare, 2))
}
