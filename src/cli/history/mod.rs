//! `solar-status history`: what became of charge and light, and what will.

mod simulated;
mod subject;
