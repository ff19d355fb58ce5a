//! Registers of HID++ 1.0 and features of HID++ 2.0: the requests of each, and how to decode the
//! answers.
//!
//! One file for each register, notification or feature, with its byte layout and the source of it.
//! Nothing here depends on which program sends a request, or when.

pub mod adc_measurement;
mod battery;
pub mod battery_level_status;
pub mod battery_mileage;
mod battery_spec;
pub mod battery_status;
pub mod battery_voltage;
pub mod bolt_discovery;
pub mod bolt_pairing;
pub mod bolt_unique_id;
pub mod centurion_battery;
pub mod centurion_bridge;
pub mod centurion_identity;
pub mod centurion_name;
pub mod connection_state;
pub mod device_connection;
pub mod device_information;
pub mod device_name;
pub mod discharge;
pub mod feature_set;
pub mod firmware_version;
pub mod friendly_name;
mod kind;
pub mod notification_flags;
pub mod pairing_information;
pub mod pairing_lock;
mod pairing_records;
pub mod receiver_firmware;
pub mod root;
pub mod solar_dashboard;
mod text;
pub mod unified_battery;
mod version;
pub mod wireless_status;

pub use battery::{BatteryFeature, BatteryRegister, Capability, ReadMethod, Reading};
pub use battery_spec::Origin;
pub use kind::DeviceKind;
pub use pairing_records::PairingRecords;
pub use text::DeviceText;
pub use version::FirmwareVersion;
