//! Properties of an interface: how they are declared, sent and received.
//!
//! An interface is declared as one list of its properties (`device1.rs`, `receiver1.rs`,
//! `upower.rs`). From the list, macros generate the struct with all properties, the decoding for
//! clients, the getters of the service (`crate::service::objects`) with their introspection, and
//! the values that its signals compare.
//!
//! ```text
//! /// The documentation, which is also used for the introspection.
//! "Name" ("const") field: Type, Pace;
//! ```
//!
//! `("const")` marks a property that never changes; a [`Pace`] is given if it is not
//! [`Pace::AtOnce`]. The type is one of this program; it determines how the value is encoded on the
//! bus, and how an unknown value is encoded (`values.rs`).
//!
//! zbus can derive a struct that is sent as a dictionary. That is not suitable here: it has no
//! getters for introspection, no encoding for an unknown value, and a single unreadable value from
//! a newer service would make all of them unreadable.

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
    /// When a change of it is signalled.
    pub pace: Pace,
}

/// When a change of a property is signalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    AtOnce,
    /// Only together with other changes: it is the time at which another value was read, and
    /// reading an unchanged value again is not worth a signal.
    WithOthers,
    /// Rate limited, at most once per second: it concerns light, which is measured in series.
    Limited,
}

/// A value that is sent as a property.
pub(crate) trait Sent {
    /// Its type on the bus.
    type Wire: Type + Serialize;

    /// The value in its type on the bus.
    fn sent(&self) -> Self::Wire;
}

/// A value that is received as a property.
pub(crate) trait Received<'v>: Sized {
    /// The value to use if it is missing or cannot be decoded.
    const UNKNOWN: Self;

    /// Decodes a value; `None`: it cannot be decoded.
    fn received(value: &'v Variant<'v>) -> Option<Self>;
}

/// The value as returned by a getter.
pub(super) fn serve(value: &impl Sent) -> zbus::Result<OwnedVariant> {
    as_variant::to_owned_variant(&value.sent())
}

/// The value with this name, if it is a text.
pub fn text_of<'v>(values: &'v Values, name: &str) -> Option<&'v str> {
    values.get(name)?.downcast_ref().ok()
}

/// Decodes the value with this name. A value of a newer service that cannot be decoded is unknown.
pub(super) fn receive<'v, T: Received<'v>>(values: &'v Values, name: &str) -> T {
    let Some(value) = values.get(name) else {
        return T::UNKNOWN;
    };
    T::received(value).unwrap_or_else(|| {
        debug!("{name}: cannot decode {value:?}; it may be from a newer solar-statusd");
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

            /// All values, as returned by the getters.
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

/// Defines the type on the bus of each property of a list, for the getters.
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

/// Defines constants with the names of a list's properties, for clients that need only some values.
macro_rules! names {
    (
        {} $interface:tt
        $( $(#[$doc:meta])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        /// The names of the properties.
        #[expect(non_upper_case_globals, reason = "the names of the properties' fields")]
        #[expect(dead_code, reason = "clients need only some")]
        mod names {
            $( pub(super) const $field: &str = $name; )*
        }
    };
}

/// Implements decoding of the struct of a list, for clients.
macro_rules! received {
    (
        { $properties:ident<$a:lifetime> } $interface:tt
        $( $(#[$doc:meta])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        impl<$a> $properties<$a> {
            /// Decodes received values. A value that is missing or cannot be decoded is unknown.
            pub fn received(values: &$a $crate::bus::Values) -> Self {
                Self {
                    $( $field: $crate::bus::property::receive(values, $name), )*
                }
            }
        }
    };
}

/// The pace of a property; `AtOnce` by default.
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

    /// Sent values as received by a client.
    pub(in crate::bus) fn over_the_wire(served: zbus::Result<ServedValues>) -> Values {
        let served = served.unwrap().into_iter();
        let sent: HashMap<&str, OwnedVariant> =
            served.map(|(it, value)| (it.name, value)).collect();
        let bytes = to_bytes(Context::new(LE, 0), &sent).unwrap();
        bytes.deserialize().unwrap().0
    }
}
