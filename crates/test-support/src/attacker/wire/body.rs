use super::{Bytes, Order};

/// The parameters of a message, added one at a time.
#[derive(Clone, Debug, Default)]
pub struct Body {
    signature: String,
    bytes: Bytes,
}

impl Body {
    /// An empty body in this byte order, which the message takes over.
    pub fn new(order: Order) -> Self {
        Self {
            bytes: Bytes::new(order),
            ..Self::default()
        }
    }

    /// Adds a string.
    pub fn string(mut self, value: &str) -> Self {
        self.signature.push('s');
        self.bytes.string(value);
        self
    }

    /// Adds a number of 32 bits.
    pub fn u32(mut self, value: u32) -> Self {
        self.signature.push('u');
        self.bytes.u32(value);
        self
    }

    /// Adds a number of 64 bits.
    pub fn u64(mut self, value: u64) -> Self {
        self.signature.push('t');
        self.bytes.u64(value);
        self
    }

    /// Adds an array of strings.
    pub fn strings(mut self, values: &[&str]) -> Self {
        self.signature.push_str("as");
        self.bytes
            .array(4, |to| values.iter().for_each(|value| to.string(value)));
        self
    }

    /// Adds an array of this many zero bytes.
    pub fn zeros(mut self, length: usize) -> Self {
        self.signature.push_str("ay");
        self.bytes.u32(length.try_into().unwrap());
        let end = self.bytes.len() + length;
        self.bytes.bytes.resize(end, 0);
        self
    }

    /// Adds empty arrays nested this deep; the specification allows 32.
    pub fn nested_arrays(mut self, depth: usize) -> Self {
        self.signature.push_str(&"a".repeat(depth));
        self.signature.push('y');
        self.bytes.u32(0);
        self
    }

    /// Adds a byte in variants nested this deep; the specification allows 64.
    pub fn nested_variants(mut self, depth: usize) -> Self {
        self.signature.push('v');
        for level in 1..=depth {
            let inner = if level == depth { "y" } else { "v" };
            self.bytes.signature(inner);
        }
        self.bytes.byte(1);
        self
    }

    /// Adds a dictionary with one text, as `PropertiesChanged` has it.
    pub fn text_by_name(mut self, name: &str, text: &str) -> Self {
        self.signature.push_str("a{sv}");
        self.bytes.array(8, |to| {
            to.string(name);
            to.signature("s");
            to.string(text);
        });
        self
    }

    /// Adds an object path.
    pub fn path(mut self, value: &str) -> Self {
        self.signature.push('o');
        self.bytes.string(value);
        self
    }

    /// Adds one interface of an object, with a dictionary of one text.
    pub fn interface(mut self, interface: &str, name: &str, text: &str) -> Self {
        self.signature.push_str("a{sa{sv}}");
        self.bytes.array(8, |to| {
            to.string(interface);
            to.array(8, |to| {
                to.string(name);
                to.signature("s");
                to.string(text);
            });
        });
        self
    }

    /// Adds a boolean.
    pub fn bool(mut self, value: bool) -> Self {
        self.signature.push('b');
        self.bytes.u32(value.into());
        self
    }

    /// Its byte order.
    pub const fn order(&self) -> Order {
        self.bytes.order
    }

    /// The types of the parameters.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The parameters, encoded.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes.bytes
    }
}
