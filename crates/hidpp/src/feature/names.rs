//! The names of features.

use super::BatteryFeature;
use crate::wire::FeatureId;

/// The usual name of a feature, or `None` if it is not known. Source: Logitech's cpg-docs, Solaar,
/// libratbag.
pub fn feature_name(id: FeatureId) -> Option<&'static str> {
    if let Some(feature) = BatteryFeature::from_id(id) {
        return Some(feature.name());
    }
    Some(match id.0 {
        0x0000 => "root",
        0x0001 => "feature set",
        0x0003 => "device information",
        0x0005 => "device name",
        0x0007 => "friendly name",
        0x0020 => "configuration change",
        0x1300 => "LED control",
        0x1814 => "change host",
        0x1B00 | 0x1B01 | 0x1B03 | 0x1B04 => "reprogrammable controls",
        0x1BC0 => "report HID usage",
        0x1D4B => "wireless device status",
        0x2201 => "adjustable DPI",
        0x2230 => "angle snapping",
        0x40A0 | 0x40A2 | 0x40A3 => "Fn inversion",
        0x4100 => "encryption",
        0x4302 => "solar dashboard 2",
        0x4520 => "keyboard layout",
        0x8010 => "G keys",
        0x8020 => "M keys",
        0x8030 => "MR key",
        0x8040 => "brightness control",
        0x8060 => "report rate",
        0x8070 => "color LED effects",
        0x8071 => "RGB effects",
        0x8080 => "per-key lighting",
        0x8081 => "per-key lighting 2",
        0x8090 => "mode status",
        0x8100 => "onboard profiles",
        0x8110 => "mouse button spy",
        _ => return None,
    })
}
