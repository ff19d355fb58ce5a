//! Properties of an interface: how each is declared, sent and received.
//!
//! An interface is one list of its properties (`device1.rs`, `receiver1.rs`, `upower.rs`). From it
//! come the struct with all properties, what clients receive, the getters of the service
//! (`crate::service::objects`) with their introspection, and what its signals compare.
//!
//! ```text
//! /// The documentation, also that in the introspection.
//! "Name" ("const") field: Type, Pace;
//! ```
//!
//! `("const")` is written where the property never changes, the [`Pace`] where it is not
//! [`Pace::AtOnce`]. The type is one of this program; it alone decides how the value is written on
//! the bus, and what stands there for one that is not known (`values.rs`).
//!
//! zbus can derive a struct that is sent as a dictionary. It does not serve here: it has no getters
//! to be introspected, no word for a value that is not known, and one value of a newer service that
//! cannot be read would make all of them unreadable.

use std::collections::HashMap;

use log::debug;
use serde::Serialize;
use zbus::wire::Type;
use zbus::{OwnedVariant, Variant, as_variant};

/// The values of an object as a client receives them, by their names.
pub type Values = HashMap<String, OwnedVariant>;

/// The values of an object, in the order of the list.
pub type ServedValues = Vec<(&'static Property, OwnedVariant)>;

/// A property of an interface.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// When a change of it is sent.
    pub pace: Pace,
}

/// When a change of a property is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    AtOnce,
    /// Along with other changes only: it says when another value was read, and a value that was
    /// merely read again is not worth a signal.
    WithOthers,
    /// At most once a second: it is about light, which is measured in series.
    Limited,
}

/// A value that is sent as a property.
pub(crate) trait Sent {
    /// Its type on the bus.
    type Wire: Type + Serialize;

    /// What is sent of it.
    fn sent(&self) -> Self::Wire;
}

/// A value that is received as a property.
pub(crate) trait Received<'v>: Sized {
    /// What it is where it is missing or cannot be read.
    const UNKNOWN: Self;

    /// The value that was sent; `None`: it cannot be read.
    fn received(value: &'v Variant<'v>) -> Option<Self>;
}

/// A value as a getter returns it.
pub(super) fn serve(value: &impl Sent) -> zbus::Result<OwnedVariant> {
    as_variant::to_owned_variant(&value.sent())
}

/// The value of that name. What a newer service sends and this program cannot read is not known.
pub(super) fn receive<'v, T: Received<'v>>(values: &'v Values, name: &str) -> T {
    let Some(value) = values.get(name) else {
        return T::UNKNOWN;
    };
    T::received(value).unwrap_or_else(|| {
        debug!("{name}: {value:?} cannot be read, as if a newer solar-statusd had sent it");
        T::UNKNOWN
    })
}

/// Defines the struct with all properties of a list.
macro_rules! properties {
    (
        { $(#[$meta:meta])* pub struct $properties:ident<$a:lifetime> } $interface:tt
        $( $(#[$doc:meta])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        $(#[$meta])*
        pub struct $properties<$a> {
            $( $(#[$doc])* pub $field: $type, )*
        }

        impl $properties<'_> {
            /// The properties of the interface.
            pub const LIST: &'static [$crate::bus::Property] = &[
                $( $crate::bus::Property {
                    name: $name,
                    pace: $crate::bus::property::pace!($($pace)?),
                }, )*
            ];

            /// All values, as the getters return them.
            ///
            /// # Errors
            ///
            /// A value cannot be sent.
            pub fn served(&self) -> zbus::Result<$crate::bus::ServedValues> {
                let values = [$( $crate::bus::property::serve(&self.$field)?, )*];
                Ok(Self::LIST.iter().zip(values).collect())
            }
        }
    };
}

/// Names the type on the bus of each property of a list, for the getters.
macro_rules! types {
    (
        {} $interface:literal
        $( $(#[$doc:meta])* $name:literal $(($emits:literal))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        /// The type on the bus of each property.
        #[expect(non_camel_case_types, reason = "the names of the properties' fields")]
        pub(crate) mod types {
            use super::*;

            $( pub(crate) type $field = <$type as $crate::bus::property::Sent>::Wire; )*
        }
    };
}

/// Names the name of each property of a list, for clients that need only some of its values.
macro_rules! names {
    (
        {} $interface:tt
        $( $(#[$doc:meta])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        /// The name of each property.
        #[expect(non_upper_case_globals, reason = "the names of the properties' fields")]
        #[expect(dead_code, reason = "clients need only some")]
        mod names {
            $( pub(super) const $field: &str = $name; )*
        }
    };
}

/// Has the struct of a list read by clients.
macro_rules! received {
    (
        { $properties:ident<$a:lifetime> } $interface:tt
        $( $(#[$doc:meta])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        impl<$a> $properties<$a> {
            /// What a client receives. A value that is missing or cannot be read is not known.
            pub fn received(values: &$a $crate::bus::Values) -> Self {
                Self {
                    $( $field: $crate::bus::property::receive(values, $name), )*
                }
            }
        }
    };
}

/// The pace of a property, of which a list needs to say only what is special.
macro_rules! pace {
    () => {
        $crate::bus::Pace::AtOnce
    };
    ($pace:ident) => {
        $crate::bus::Pace::$pace
    };
}

pub(super) use {names, pace, properties, received, types};

#[cfg(test)]
pub(super) mod tests {
    use zbus::Variant;
    use zbus::wire::LE;
    use zbus::wire::serialized::Context;
    use zbus::wire::to_bytes;

    use super::*;

    pub(in crate::bus) fn values<const N: usize>(values: [(&str, Variant<'static>); N]) -> Values {
        let owned = |value: Variant<'static>| value.try_into_owned().unwrap();
        let values = values.into_iter();
        values
            .map(|(name, value)| (name.to_owned(), owned(value)))
            .collect()
    }

    /// What a client receives of values that are sent.
    pub(in crate::bus) fn over_the_wire(served: zbus::Result<ServedValues>) -> Values {
        let served = served.unwrap().into_iter();
        let sent: HashMap<&str, OwnedVariant> =
            served.map(|(it, value)| (it.name, value)).collect();
        let bytes = to_bytes(Context::new(LE, 0), &sent).unwrap();
        bytes.deserialize().unwrap().0
    }
}
