//! Tasks: the flowchart of a class, what is stored of one task, every change of its status, and tasks in memory.

mod check;
mod draw;
pub mod id;
pub mod plan;
pub mod record;
pub mod store;
pub mod trail;
pub mod transition;

pub use draw::{Seen, Stay};
pub use id::{Id, IdRef};
pub use plan::Plan;
pub use record::{Data, Life, Record, Status};
pub use store::Store;
pub use trail::{StepEnd, Trail};
