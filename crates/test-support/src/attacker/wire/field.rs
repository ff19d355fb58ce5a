use super::Bytes;

/// A field of a message header.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The code of the field.
    pub code: u8,
    /// Its value, with any type, whether the specification allows it or not.
    pub value: Value,
}

/// A value with its type.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    signature: &'static str,
    write: fn(&mut Bytes),
}

const fn value(signature: &'static str, write: fn(&mut Bytes)) -> Value {
    Value { signature, write }
}

/// A value of each basic type and of several containers.
pub const VALUES: [Value; 22] = [
    value("y", |to| to.byte(7)),
    value("b", |to| to.u32(1)),
    value("n", |to| to.u16(7)),
    value("q", |to| to.u16(7)),
    value("i", |to| to.u32(7)),
    value("u", |to| to.u32(7)),
    value("x", |to| to.u64(7)),
    value("t", |to| to.u64(7)),
    value("d", |to| to.u64(7)),
    value("s", |to| to.string("some text")),
    value("o", |to| to.string("/org/example")),
    value("g", |to| to.signature("a{sv}")),
    value("h", |to| to.u32(0)),
    value("v", |to| {
        to.signature("u");
        to.u32(7);
    }),
    value("ay", |to| to.array(1, |to| to.byte(7))),
    value("as", |to| to.array(4, |to| to.string("some text"))),
    value("at", |to| to.array(8, |to| to.u64(7))),
    value("aay", |to| {
        to.array(4, |to| to.array(1, |to| to.byte(7)));
    }),
    value("(yu)", |to| {
        to.align(8);
        to.byte(7);
        to.u32(7);
    }),
    value("a(ys)", |to| {
        to.array(8, |to| {
            to.byte(7);
            to.string("some text");
        });
    }),
    value("a{sv}", |to| {
        to.array(8, |to| {
            to.string("some text");
            to.signature("u");
            to.u32(7);
        });
    }),
    value("a{sv}", |to| to.array(8, |_| {})),
];

impl Field {
    /// A field with a text or a path that duplicates another one of this code or is not valid in
    /// this kind of message.
    pub const fn new(code: u8, signature: &'static str, write: fn(&mut Bytes)) -> Self {
        Self {
            code,
            value: value(signature, write),
        }
    }

    /// Encodes the field as a structure of its code and a variant.
    pub fn write(&self, to: &mut Bytes) {
        begin_field(to, self.code, self.value.signature);
        (self.value.write)(to);
    }
}

pub(super) fn begin_field(bytes: &mut Bytes, code: u8, kind: &str) {
    bytes.align(8);
    bytes.byte(code);
    bytes.signature(kind);
}
