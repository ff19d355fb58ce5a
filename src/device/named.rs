//! Enumerations with a name for each variant: shown to people, in JSON, on the bus and in files.

/// Defines an enumeration with a name for each variant, and the conversion from a name.
///
/// The variants are listed once, so that `from_name` accepts every name. A variant behind `;` has
/// no name: the source does not report it. With `serde`, the derived implementations use these
/// names.
macro_rules! named {
    (
        serde
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $text:literal, )*
        }
    ) => {
        $crate::device::named! {
            $(#[$meta])*
            pub enum $name {
                $( $(#[$variant_meta])* #[serde(rename = $text)] $variant => $text, )*
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $text:literal, )*
        }
    ) => {
        $(#[$meta])*
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
        }

        impl $name {
            /// Every variant.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The name shown to people, in JSON and on the bus.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )*
                }
            }

            /// The variant of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $text => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $text:literal, )*
            ; $(#[$unknown_meta:meta])* $unknown:ident,
        }
    ) => {
        $(#[$meta])*
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            $(#[$unknown_meta])* $unknown,
        }

        impl $name {
            /// Every variant.
            pub const ALL: &[Self] = &[$( Self::$variant, )* Self::$unknown];

            /// The name shown to people, in JSON and on the bus; `None` if the source does not
            /// report it.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => Some($text), )*
                    Self::$unknown => None,
                }
            }

            /// The variant of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $text => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use named;
