use super::Bytes;

/// The parameters of a message, built one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    signature: String,
    bytes: Bytes,
}

impl Body {
    pub(crate) fn string(mut self, value: &str) -> Self {
        self.signature.push('s');
        self.bytes.string(value);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.signature.push('u');
        self.bytes.u32(value);
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.signature.push('t');
        self.bytes.align(8);
        self.bytes.0.extend(value.to_le_bytes());
        self
    }

    /// An array of strings with nothing in it.
    pub(crate) fn no_strings(mut self) -> Self {
        self.signature.push_str("as");
        self.bytes.u32(0);
        self
    }

    /// An array of this many zero bytes.
    pub(crate) fn zeros(mut self, length: usize) -> Self {
        self.signature.push_str("ay");
        self.bytes.u32(length.try_into().unwrap());
        let end = self.bytes.0.len() + length;
        self.bytes.0.resize(end, 0);
        self
    }

    /// Empty arrays in one another, this many of them: 32 are allowed.
    pub(crate) fn nested_arrays(mut self, depth: usize) -> Self {
        self.signature.push_str(&"a".repeat(depth));
        self.signature.push('y');
        self.bytes.u32(0);
        self
    }

    /// A byte in variants in one another, this many of them: 64 are allowed.
    pub(crate) fn nested_variants(mut self, depth: usize) -> Self {
        self.signature.push('v');
        for level in 1..=depth {
            let inner = if level == depth { "y" } else { "v" };
            self.bytes.signature(inner);
        }
        self.bytes.0.push(1);
        self
    }

    pub(super) fn signature(&self) -> &str {
        &self.signature
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes.0
    }
}
