//! What HID++ frames mean, in words.
//!
//! A line becomes bytes ([`read`]), the bytes a report with a role (`role.rs`), and the report an
//! [`Explanation`] ([`explain()`]) in the light of what the stream has taught ([`Context`]).

mod context;
mod evidence;
mod explain;
mod explanation;
mod features;
mod fields;
mod frame;
mod hexadecimal;
mod input;
mod logs;
mod names;
mod notifications;
mod power;
mod registers;
mod role;
mod text;
mod usbmon;

pub use self::context::{Context, GivenFeature};
pub use self::explain::explain;
pub use self::explanation::{Explanation, Kind};
pub use self::frame::{Direction, Frame, Line, Recording, Source};
pub use self::hexadecimal::InputError;
pub use self::input::read;
pub use self::text::block;
