//! Explains HID++ frames.
//!
//! A line becomes bytes ([`crate::capture::line`]), the bytes a report with a role (`role.rs`), and
//! the report an [`Explanation`] ([`explain()`]), which depends on the frames before it
//! ([`Context`]).

mod battery;
mod catalogue;
mod centurion;
mod context;
mod evidence;
mod explain;
mod explanation;
mod features;
mod fields;
mod names;
mod notifications;
mod power;
mod registers;
mod role;
mod summary;
mod text;

pub use self::context::{Context, GivenFeature};
pub use self::explain::explain;
pub use self::explanation::{Explanation, FrameKind};
pub use self::summary::{Summary, page};
pub use self::text::block;
