//! Battery and light monitor for Logitech wireless devices, alongside the kernel driver.

pub mod alerts;
pub mod bus;
pub mod capture;
pub mod chart;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod decode;
pub mod device;
pub mod doctor;
pub mod history;
pub mod manager;
pub mod nodes;
pub mod service;
pub mod storage;
pub mod text;
pub mod transport;
