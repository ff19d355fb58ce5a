//! Enumerations of wire codes that keep unknown values.

/// Defines an enumeration over `u8` codes, each with the name shown to people and in JSON.
///
/// A code without a variant becomes `Unknown(code)`, so decoding never fails and never guesses.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:literal => $text:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A code without a name, as received.
            Unknown(u8),
        }

        impl $name {
            /// Every code that has a name, with the name.
            pub const NAMES: &[(u8, &'static str)] = &[$( ($code, $text), )*];

            /// The code on the wire.
            pub const fn code(self) -> u8 {
                match self {
                    $( Self::$variant => $code, )*
                    Self::Unknown(code) => code,
                }
            }

            /// The name, or `None` for an unknown code.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => Some($text), )*
                    Self::Unknown(_) => None,
                }
            }
        }

        impl From<u8> for $name {
            fn from(code: u8) -> Self {
                match code {
                    $( $code => Self::$variant, )*
                    code => Self::Unknown(code),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "unknown ({:02X})", self.code()),
                }
            }
        }
    };
}

pub(crate) use codes;
