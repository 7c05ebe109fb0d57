//! Long work during which other threads may run Ruby.

use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::thread::Result as Caught;

use rb_sys::rb_thread_call_without_gvl2;

/// Fewer rows than this take less than giving the lock back and waiting for it does.
const ROWS_WORTH_IT: usize = 3_000;

struct Job<F, R> {
    work: Option<F>,
    result: Option<Caught<R>>,
}

/// Runs work over so many rows, without the interpreter's lock where it is long enough. It must look at no Ruby object;
/// whoever called it asks for interrupts afterwards.
pub fn released<F, R>(rows: usize, work: F) -> R
where
    F: FnOnce() -> R + Send,
    R: Send,
{
    if rows < ROWS_WORTH_IT {
        return work();
    }
    let mut job = Job {
        work: Some(work),
        result: None,
    };
    // SAFETY: `run` gets a pointer to `job`, which outlives the call; no panic leaves it. Without an unblocking function
    // Ruby waits until it has ended, which takes milliseconds.
    unsafe {
        rb_thread_call_without_gvl2(
            Some(run::<F, R>),
            std::ptr::from_mut(&mut job).cast(),
            None,
            std::ptr::null_mut(),
        );
    }
    match job {
        Job {
            result: Some(Ok(result)),
            ..
        } => result,
        Job {
            result: Some(Err(panic)),
            ..
        } => resume_unwind(panic),
        // An interrupt was pending, so it was not begun: here the lock is held.
        Job {
            work: Some(work), ..
        } => work(),
        Job { .. } => unreachable!("work that was begun has a result"),
    }
}

unsafe extern "C" fn run<F: FnOnce() -> R, R>(job: *mut c_void) -> *mut c_void {
    // SAFETY: the pointer that `released` has handed over; nobody else looks at it meanwhile.
    let job = unsafe { &mut *job.cast::<Job<F, R>>() };
    if let Some(work) = job.work.take() {
        job.result = Some(catch_unwind(AssertUnwindSafe(work)));
    }
    std::ptr::null_mut()
}
