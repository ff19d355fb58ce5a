/// Defines an interface: the given methods and signals, and a getter for each property of a list,
/// see [`crate::bus::property`]. The object must have a method `read` that passes its properties to
/// a closure.
macro_rules! serve {
    (
        { $(#[$($meta:tt)*])* impl $object:ident: $list:ident { $($members:tt)* } } $interface:tt
        $( $(#[$($doc:tt)*])* $name:literal $(($emits:tt))? $field:ident: $type:ty $(, $pace:ident)?; )*
    ) => {
        $(#[$($meta)*])*
        #[zbus::interface(name = $interface)]
        impl $object {
            $($members)*

            $(
                $(#[$($doc)*])*
                #[zbus(property $((emits_changed_signal = $emits))?, name = $name)]
                fn $field(&self) -> $list::types::$field {
                    self.read(|it| $crate::bus::property::Sent::sent(&it.$field))
                }
            )*
        }

        impl $object {
            /// All values, as the getters return them.
            pub(in crate::service) fn served(&self) -> zbus::Result<$crate::bus::ServedValues> {
                self.read(|it| it.served())
            }
        }
    };
}

pub(super) use serve;
