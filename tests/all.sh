#!/bin/sh
# Runs all tests: those that need nothing, then those on a real kernel in QEMU.
set -eu
cd "$(dirname "$0")/.."
sh tests/setup.sh
cargo test --locked
cargo test --locked --test vm
