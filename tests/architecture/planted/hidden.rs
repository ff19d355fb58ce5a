//! What would lead elsewhere unseen is refused.

use std::fs;

use super::{program, read};
use crate::source;
use crate::{code_in_roots, methods_elsewhere, top};

#[test]
fn a_module_without_a_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lib.rs"), "mod gone;").unwrap();
    let error = source::read(folder.path(), &[]).unwrap_err();
    assert!(error.ends_with("mod gone has no file"), "{error}");
}

#[test]
fn a_module_may_be_called_like_a_keyword() {
    let found = program(&[
        ("low/mod.rs", "mod r#type;"),
        ("low/type.rs", "mod inner {}"),
    ]);
    let inner = ["low", "type", "inner"].map(str::to_owned);
    assert!(found.modules.contains_key(&inner[..]));
}

#[test]
fn what_hides_a_module_is_an_error() {
    for (text, what) in [
        ("#[path = \"other.rs\"] mod own;", "#[path]"),
        ("mod inner { #[path = \"other.rs\"] mod own; }", "#[path]"),
        ("fn act() { #[path = \"other.rs\"] mod own; }", "#[path]"),
        ("#[cfg_attr(unix, path = \"other.rs\")] mod own;", "#[path]"),
        (
            "#[cfg_attr(all(), cfg_attr(all(), path = \"other.rs\"))] mod own;",
            "#[path]",
        ),
        ("extern crate self as me;", "extern crate"),
        ("fn act() { extern crate self as me; }", "extern crate"),
        (
            "macro_rules! own { () => { extern crate self as me; } }",
            "extern crate",
        ),
        ("include!(\"other.rs\");", "include!"),
        ("fn act() { std::include!(\"other.rs\") }", "include!"),
        ("use std::include as text; text!(\"other.rs\");", "include!"),
        (
            "macro_rules! own { () => { include!(\"other.rs\") } }",
            "include!",
        ),
        ("#[macro_use] mod own {}", "#[macro_use]"),
        (
            "#[macro_export] macro_rules! own { () => {} }",
            "#[macro_export]",
        ),
        (
            "macro_rules! own { () => { mod other; } } own!();",
            "mod in a macro",
        ),
        (
            "macro_rules! own { () => { pub use crate::low; } }",
            "pub use in a macro",
        ),
        ("own! { pub(crate) use crate::low; }", "pub use in a macro"),
        (
            "macro_rules! own { ($seen:vis) => { $seen use crate::low; } } own!(pub);",
            "pub use in a macro",
        ),
        (
            "macro_rules! own { ($it:ident) => { $it!(\"other.rs\"); } } own!(include);",
            "include!",
        ),
        (
            "macro_rules! own { () => { #[path = \"other.rs\"] mod own {} } }",
            "an attribute in a macro",
        ),
    ] {
        let error = read(&[("middle/mod.rs", text)]).unwrap_err();
        let expected = format!("{what} hides what a module uses");
        assert!(error.ends_with(&expected), "{text}: {error}");
    }
    for text in [
        "#[cfg(test)] #[path = \"other.rs\"] mod own;",
        "#[cfg_attr(test, path = \"other.rs\")] mod own {}",
        "#[cfg(test)] include!(\"other.rs\");",
        "const TEXT: &str = include_str!(\"other.rs\");",
        "#[error(\"{path}\", path = .0)] struct Own(u8);",
        "macro_rules! own { () => { mod own { use super::*; } use crate::low; } }",
        "own! { fn act() -> impl Sized + use<'a> {} }",
    ] {
        assert!(read(&[("middle/mod.rs", text)]).is_ok(), "{text}");
    }
}

#[test]
fn methods_for_another_room_are_found() {
    let of_high = |text: &str| methods_elsewhere(&program(&[("high/mod.rs", text)]), top).len();
    for text in [
        "impl crate::low::Low { pub fn act(&self) {} }",
        "use crate::low::Low; impl Low { pub fn act(&self) {} }",
        "impl Drop for crate::low::Low { fn drop(&mut self) {} }",
        "impl crate::low::Acts for &mut [crate::low::Low] {}",
        "impl<T> crate::low::Acts for T {}",
        "impl crate::low::Acts for u8 {}",
        "type Own = crate::low::Low; impl Own { fn act() {} }",
        "fn act() { impl crate::low::Low { fn act() {} } }",
    ] {
        assert_eq!(of_high(text), 1, "{text}");
    }
    for text in [
        "struct Own; impl Own {} impl<T> Own2<T> {} struct Own2<T>(T);",
        "struct Own; impl From<crate::low::Low> for Own {} impl PartialEq<Own> for crate::low::Low {}",
        "trait Own {} impl<T> Own for T {} impl Own for crate::low::Low {}",
        "mod inner { impl super::Own {} } pub struct Own;",
        "made! { pub struct Own; } impl Own {}",
        "#[cfg(test)] impl crate::low::Low {}",
    ] {
        assert_eq!(of_high(text), 0, "{text}");
    }
}

#[test]
fn the_root_is_no_way_around_the_rules() {
    let with = |root: &str| {
        let program = program(&[("lib.rs", &format!("pub mod high;\npub mod low;\n{root}"))]);
        code_in_roots(&program, top)
    };
    assert_eq!(with("pub use high::High;"), Vec::<String>::new());
    assert_eq!(with("pub fn act() { high::act() }"), ["high::act"]);
    assert_eq!(
        with("macro_rules! act { () => { high::act() } }")
            .last()
            .unwrap(),
        "macro_rules"
    );
}
