//! Signals that were heard, and values and errors as texts to compare.

use std::collections::BTreeMap;
use std::fmt::Write;

use zbus::{Message, OwnedObjectPath, OwnedVariant};

use crate::client::Values;

/// A signal that was heard.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The unique name of its sender.
    pub sender: String,
    /// The object that sent it.
    pub path: String,
    /// Its name.
    pub member: String,
    /// All of it.
    pub message: Message,
}

impl From<Message> for Signal {
    fn from(message: Message) -> Self {
        let header = message.header();
        let sender = header
            .sender()
            .map_or_else(String::new, ToString::to_string);
        let path = header.path().map_or_else(String::new, ToString::to_string);
        let member = header
            .member()
            .map_or_else(String::new, ToString::to_string);
        Self {
            sender,
            path,
            member,
            message,
        }
    }
}

impl Signal {
    /// The changed values, if it tells some.
    pub fn changed(&self) -> Values {
        self.properties_changed()
            .map_or_else(Values::new, |(_, values, _)| values)
    }

    fn properties_changed(&self) -> Option<(String, Values, Vec<String>)> {
        (self.member == "PropertiesChanged").then(|| self.message.body().deserialize().unwrap())
    }

    /// Of `InterfacesAdded` and `InterfacesRemoved`: the path and the interfaces.
    pub fn interfaces(&self) -> (String, Vec<String>) {
        let body = self.message.body();
        let (path, interfaces) = if self.member == "InterfacesAdded" {
            let (path, values): (OwnedObjectPath, BTreeMap<String, Values>) =
                body.deserialize().unwrap();
            (path, values.into_keys().collect())
        } else {
            body.deserialize::<(OwnedObjectPath, Vec<String>)>()
                .unwrap()
        };
        (path.to_string(), interfaces)
    }

    /// The path that it is about, if it tells of an object.
    pub fn object(&self) -> String {
        let body = self.message.body();
        let path: OwnedObjectPath = body.deserialize().unwrap();
        path.to_string()
    }
}

impl std::fmt::Display for Signal {
    /// In one line, times left out: `hidpp_101B_1C5E0705 UPower.Device: Percentage=64.0`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let object = self.path.rsplit('/').next().unwrap_or_default();
        let Some((interface, values, invalidated)) = self.properties_changed() else {
            return write!(f, "{object} {}", self.member);
        };
        let interface = interface
            .trim_start_matches("org.freedesktop.")
            .trim_start_matches("org.solarstatus.");
        write!(f, "{object} {interface}:")?;
        for (name, value) in &values {
            let value = if name.ends_with("Time") || name == "LastSeen" {
                "…".to_owned()
            } else {
                plain(value)
            };
            write!(f, " {name}={value}")?;
        }
        if !invalidated.is_empty() {
            write!(f, " invalidated={invalidated:?}")?;
        }
        Ok(())
    }
}

/// A value without the word for its type.
pub fn plain(value: &OwnedVariant) -> String {
    let text = value.to_string();
    match value.value_signature().to_string().as_str() {
        "d" => text.trim_end_matches('.').to_owned(),
        "y" | "q" | "u" | "t" | "n" | "x" => text.split(' ').next_back().unwrap().to_owned(),
        _ => text,
    }
}

/// The name of an error, as it goes over the bus.
pub fn error_name<T: std::fmt::Debug>(outcome: zbus::Result<T>) -> String {
    match outcome.unwrap_err() {
        zbus::Error::MethodError(name, _, _) => name.to_string(),
        zbus::Error::FDO(error) => zbus::DBusError::name(&*error).to_string(),
        other => format!("{other:?}"),
    }
}

/// Values in lines, sorted.
pub fn lines(values: &Values) -> String {
    let mut text = String::new();
    for (name, value) in values {
        let told = if name.ends_with("Time") || name == "LastSeen" {
            if plain(value) == "0" {
                "never"
            } else {
                "(a time)"
            }
            .to_owned()
        } else {
            plain(value)
        };
        writeln!(text, "  {:<20} {} {told}", name, value.value_signature()).unwrap();
    }
    text
}
