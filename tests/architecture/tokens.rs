//! The paths in tokens of which only a macro or an attribute knows what they become.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, Type, WherePredicate};

use crate::source::Names;
use crate::written::name;

/// Stands for a name in a path that only the caller of a macro gives.
pub(crate) const ANY: &str = "$";

/// Attributes whose strings are prose, or lints.
pub(crate) const PROSE: [&str; 8] = [
    "doc",
    "expect",
    "allow",
    "warn",
    "deny",
    "deprecated",
    "must_use",
    "cfg",
];

#[derive(Default)]
pub(crate) struct Found {
    /// The paths, and whether each is that of a macro.
    pub(crate) paths: Vec<(Names, bool)>,
    /// What would lead elsewhere unseen.
    pub(crate) refused: Option<&'static str>,
}

/// What is around some tokens.
#[derive(Clone, Default)]
struct Around {
    /// In the braces of an import, what stands in front of them.
    prefix: Names,
    /// How many modules were opened.
    modules: usize,
    /// Strings may be paths.
    is_attribute: bool,
}

/// Whether the token at a place is written so.
fn is(tokens: &[TokenTree], place: Option<usize>, text: &str) -> bool {
    let token = place.and_then(|it| tokens.get(it));
    token.is_some_and(|it| it.to_string() == text)
}

impl Found {
    /// In the tokens of a macro, or in those of an attribute.
    pub(crate) fn of(tokens: TokenStream, is_attribute: bool) -> Self {
        let mut found = Self::default();
        let around = Around {
            is_attribute,
            ..Around::default()
        };
        found.read(tokens, &around);
        found
    }

    fn read(&mut self, tokens: TokenStream, around: &Around) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut path = Names::new();
        let mut colons = 0;
        for (place, token) in tokens.iter().enumerate() {
            let before = |count, text| is(&tokens, place.checked_sub(count), text);
            let after = |count, text| is(&tokens, place.checked_add(count), text);
            match token {
                TokenTree::Punct(it) if it.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Punct(it) if it.as_char() == '$' => continue,
                TokenTree::Ident(ident) => {
                    self.refuse(ident, before(1, "extern"));
                    let is_given = before(1, "$") && ident != "crate";
                    if colons < 2 || path.is_empty() {
                        self.end(&mut path, 0, false, around);
                        // It begins with a crate.
                        path.extend((colons >= 2).then(String::new));
                    }
                    path.push(if is_given { ANY.into() } else { name(ident) });
                    if after(1, "!") && !after(2, "=") {
                        self.end(&mut path, 0, true, around);
                    }
                    let previous = place.checked_sub(1).and_then(|it| tokens.get(it));
                    if ident == "use" && !after(1, "<") && !is_start(previous) {
                        self.refused = Some("pub use in a macro");
                    }
                }
                TokenTree::Group(_) if before(1, "pub") => path.clear(),
                TokenTree::Group(group) => {
                    let is_import = colons == 2 && group.delimiter() == Delimiter::Brace;
                    let before_it = around.prefix.iter().chain(&path);
                    let is_attribute = before(1, "#");
                    let inner = Around {
                        prefix: before_it.filter(|_| is_import).cloned().collect(),
                        modules: around.modules + usize::from(before(2, "mod")),
                        is_attribute: around.is_attribute || is_attribute && !is_prose(group),
                    };
                    if is_attribute && hides(group) {
                        self.refused = Some("an attribute in a macro");
                    }
                    self.end(&mut path, colons, false, around);
                    self.read(group.stream(), &inner);
                }
                TokenTree::Literal(literal) => {
                    self.end(&mut path, colons, false, around);
                    if around.is_attribute && before(1, "=") {
                        self.text(&literal.to_string());
                    }
                }
                TokenTree::Punct(punct) => {
                    if punct.as_char() == ';' && before(2, "mod") {
                        self.refused = Some("mod in a macro");
                    }
                    self.end(&mut path, colons, false, around);
                }
            }
            colons = 0;
        }
        self.end(&mut path, colons, false, around);
    }

    fn refuse(&mut self, ident: &Ident, is_extern: bool) {
        if is_extern && ident == "crate" {
            self.refused = Some("extern crate");
        }
        if ident == "include" {
            self.refused = Some("include!");
        }
    }

    /// A path ends, after so many colons.
    fn end(&mut self, path: &mut Names, colons: usize, is_macro: bool, around: &Around) {
        if path.is_empty() {
            return;
        }
        let prefix = around.prefix.iter().cloned();
        let mut whole: Names = prefix.chain(path.drain(..)).collect();
        if whole.len() > 1 && whole.last().is_some_and(|it| it == "self") {
            whole.pop();
        }
        if colons >= 2 {
            whole.push("*".to_owned());
        }
        let up = whole.iter().take_while(|it| *it == "super").count();
        let inside = up.min(around.modules);
        if inside > 0 {
            whole.splice(..inside, ["self".to_owned()]);
        }
        self.paths.push((whole, is_macro));
    }

    /// A string in an attribute is a path or bounds, as serde has them, or something else.
    fn text(&mut self, literal: &str) {
        let Ok(text) = syn::parse_str::<LitStr>(literal) else {
            return;
        };
        let bounds = Punctuated::<WherePredicate, Token![,]>::parse_terminated;
        if text.parse::<Type>().is_ok() || text.parse_with(bounds).is_ok() {
            let found = Self::of(text.parse().unwrap_or_default(), false);
            for (mut names, is_macro) in found.paths {
                // What else has one name may be a variable, but not here.
                if names.len() == 1 {
                    names.insert(0, "self".to_owned());
                }
                self.paths.push((names, is_macro));
            }
        }
    }
}

/// Whether an item may begin after this token, of which then nothing is seen elsewhere.
fn is_start(previous: Option<&TokenTree>) -> bool {
    match previous {
        None => true,
        Some(TokenTree::Punct(it)) => it.as_char() == ';',
        Some(TokenTree::Group(it)) => it.delimiter() != Delimiter::Parenthesis,
        Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => false,
    }
}

/// Whether the strings of an attribute are no paths.
fn is_prose(attribute: &Group) -> bool {
    let first = attribute.stream().into_iter().next();
    first.is_some_and(|it| PROSE.contains(&&*it.to_string()))
}

/// Whether an attribute, or one inside it, has a module read from elsewhere or a macro seen from there.
fn hides(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    let is =
        |name: &str| text.starts_with(name) || text.starts_with("cfg_attr") && text.contains(name);
    is("path =") || is("macro_use") || is("macro_export")
}
