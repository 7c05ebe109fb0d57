//! The one place that turns a refusal of the rules into an exception.

use active_data_flow_core::Error as Refusal;
use active_data_flow_core::{flow, rows};
use magnus::error::IntoError;
use magnus::{Error, ExceptionClass, Module, RModule, Ruby};

/// What a bound function may end with: a refusal, or an exception that is under way already.
#[derive(Debug)]
pub enum Raised {
    Refusal(Refusal),
    Ruby(Error),
}

impl From<Refusal> for Raised {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<rows::Refusal> for Raised {
    fn from(refusal: rows::Refusal) -> Self {
        Self::Refusal(refusal.into())
    }
}

impl From<flow::Refusal> for Raised {
    fn from(refusal: flow::Refusal) -> Self {
        Self::Refusal(Refusal::Flow(refusal))
    }
}

impl From<Error> for Raised {
    fn from(error: Error) -> Self {
        Self::Ruby(error)
    }
}

impl IntoError for Raised {
    #[cold]
    fn into_error(self, ruby: &Ruby) -> Error {
        match self {
            Self::Ruby(error) => error,
            Self::Refusal(refusal) => exception(ruby, &refusal),
        }
    }
}

fn exception(ruby: &Ruby, refusal: &Refusal) -> Error {
    let class = match refusal {
        Refusal::UnknownState { .. } | Refusal::IllegalMove { .. } | Refusal::KeyTaken { .. } => {
            class(ruby, "Operations", "InvalidState")
        }
        Refusal::TimeOutOfRange { .. } | Refusal::CounterOutOfRange(_) => {
            Ok(ruby.exception_range_error())
        }
        Refusal::UnreadableTime(_) | Refusal::TooDeep | Refusal::AlreadyStored(_) => {
            Ok(ruby.exception_arg_error())
        }
        Refusal::Rows(rows::Refusal::OutOfRange { .. }) => Ok(ruby.exception_index_error()),
        Refusal::Rows(
            rows::Refusal::RowOpen
            | rows::Refusal::Busy
            | rows::Refusal::NoCopy(_)
            | rows::Refusal::NoFile(_),
        ) => class(ruby, "ActiveDataFlow", "Error"),
        Refusal::Rows(_) => Ok(ruby.exception_arg_error()),
        Refusal::Flow(
            flow::Refusal::Position(_)
            | flow::Refusal::Keyset(_)
            | flow::Refusal::Schedule(_)
            | flow::Refusal::Budget(_),
        ) => Ok(ruby.exception_arg_error()),
        Refusal::Flow(
            flow::Refusal::Fingerprint(_)
            | flow::Refusal::Counters(_)
            | flow::Refusal::IllegalMove { .. },
        )
        | Refusal::Corrupt => class(ruby, "ActiveDataFlow", "Error"),
    };
    match class {
        Ok(class) => Error::new(class, refusal.to_string()),
        Err(error) => error,
    }
}

/// A TypeError.
#[cold]
pub fn type_error(ruby: &Ruby, message: String) -> Raised {
    Raised::Ruby(Error::new(ruby.exception_type_error(), message))
}

/// An ArgumentError.
#[cold]
pub fn argument_error(ruby: &Ruby, message: String) -> Raised {
    Raised::Ruby(Error::new(ruby.exception_arg_error(), message))
}

/// A RangeError.
#[cold]
pub fn range_error(ruby: &Ruby, message: String) -> Raised {
    Raised::Ruby(Error::new(ruby.exception_range_error(), message))
}

/// An `ActiveDataFlow::Error`.
#[cold]
pub fn data_flow_error(ruby: &Ruby, message: String) -> Raised {
    Raised::Ruby(match class(ruby, "ActiveDataFlow", "Error") {
        Ok(class) => Error::new(class, message),
        Err(error) => error,
    })
}

fn class(ruby: &Ruby, module: &str, name: &str) -> Result<ExceptionClass, Error> {
    let module: RModule = ruby.class_object().const_get(module)?;
    module.const_get(name)
}

/// The classes are written in Ruby and there before the extension is loaded; a missing one is told at once.
pub fn init(ruby: &Ruby) -> Result<(), Error> {
    class(ruby, "Operations", "InvalidState")?;
    class(ruby, "ActiveDataFlow", "Error")?;
    Ok(())
}
