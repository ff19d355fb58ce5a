#!/bin/sh
# Runs all tests: those with few requirements, then those with desktop programs, with packages, and
# on a real kernel.
set -eu
cd "$(dirname "$0")/.."
sh tests/setup.sh
cargo test --locked --workspace
cargo test --locked --test desktop
cargo test --locked --test package
cargo test --locked --test vm
