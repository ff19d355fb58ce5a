/// The byte order of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// `l` in the first byte.
    #[default]
    Little,
    /// `B` in the first byte.
    Big,
}

/// The encoded parameters of a message or fields of its header.
#[derive(Clone, Debug, Default)]
pub struct Bytes {
    pub bytes: Vec<u8>,
    pub order: Order,
}

impl Bytes {
    pub const fn new(order: Order) -> Self {
        Self {
            bytes: Vec::new(),
            order,
        }
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn align(&mut self, to: usize) {
        let length = self.bytes.len().next_multiple_of(to);
        self.bytes.resize(length, 0);
    }

    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub fn u16(&mut self, value: u16) {
        self.align(2);
        self.bytes.extend(match self.order {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        });
    }

    pub fn u32(&mut self, value: u32) {
        self.align(4);
        self.bytes.extend(self.of_u32(value));
    }

    pub const fn of_u32(&self, value: u32) -> [u8; 4] {
        match self.order {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }

    pub fn u64(&mut self, value: u64) {
        self.align(8);
        self.bytes.extend(match self.order {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        });
    }

    /// A length, the bytes, and a terminating zero; types `s` and `o`.
    pub fn string(&mut self, value: &str) {
        self.u32(value.len().try_into().unwrap());
        self.bytes.extend(value.as_bytes());
        self.byte(0);
    }

    /// The same with a length of one byte; type `g`.
    pub fn signature(&mut self, value: &str) {
        self.byte(value.len().try_into().unwrap());
        self.bytes.extend(value.as_bytes());
        self.byte(0);
    }

    /// An array with elements of this alignment; `write` appends them.
    pub fn array(&mut self, alignment: usize, write: impl FnOnce(&mut Self)) {
        self.u32(0);
        let length = self.len() - 4;
        self.align(alignment);
        let start = self.len();
        write(self);
        let bytes = self.of_u32((self.len() - start).try_into().unwrap());
        self.bytes[length..length + 4].copy_from_slice(&bytes);
    }
}
