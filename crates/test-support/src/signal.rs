//! Received signals, and values and errors as text for comparison.

use std::collections::BTreeMap;
use std::fmt::Write;

use zbus::{Message, OwnedObjectPath, OwnedVariant};

use crate::client::Values;

/// A received signal.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The unique name of its sender.
    pub sender: String,
    /// The path of the object that sent it.
    pub path: String,
    /// The name of the signal.
    pub member: String,
    /// The whole message.
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
    /// The changed values of a `PropertiesChanged` signal; empty for others.
    pub fn changed(&self) -> Values {
        self.properties_changed()
            .map_or_else(Values::new, |(_, values, _)| values)
    }

    fn properties_changed(&self) -> Option<(String, Values, Vec<String>)> {
        (self.member == "PropertiesChanged").then(|| self.message.body().deserialize().unwrap())
    }

    /// The path and the interfaces of an `InterfacesAdded` or `InterfacesRemoved` signal.
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

    /// The path in the body of a signal about an object, such as `DeviceAdded`.
    pub fn object(&self) -> String {
        let body = self.message.body();
        let path: OwnedObjectPath = body.deserialize().unwrap();
        path.to_string()
    }
}

impl std::fmt::Display for Signal {
    /// One line without times: `hidpp_101B_1C5E0705 UPower.Device: Percentage=64.0`
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

/// A value without its type prefix.
pub fn plain(value: &OwnedVariant) -> String {
    let text = value.to_string();
    match value.value_signature().to_string().as_str() {
        "d" => text.trim_end_matches('.').to_owned(),
        "y" | "q" | "u" | "t" | "n" | "x" => text.split(' ').next_back().unwrap().to_owned(),
        _ => text,
    }
}

/// The D-Bus name of an error.
pub fn error_name<T: std::fmt::Debug>(outcome: zbus::Result<T>) -> String {
    match outcome.unwrap_err() {
        zbus::Error::MethodError(name, _, _) => name.to_string(),
        zbus::Error::FDO(error) => zbus::DBusError::name(&*error).to_string(),
        other => format!("{other:?}"),
    }
}

/// The values, one per line, sorted.
pub fn lines(values: &Values) -> String {
    let mut text = String::new();
    for (name, value) in values {
        let shown = if name.ends_with("Time") || name == "LastSeen" {
            if plain(value) == "0" {
                "never"
            } else {
                "(a time)"
            }
            .to_owned()
        } else {
            plain(value)
        };
        writeln!(text, "  {:<20} {} {shown}", name, value.value_signature()).unwrap();
    }
    text
}
