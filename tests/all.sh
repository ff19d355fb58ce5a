#!/bin/sh
# Runs all tests: those that need little, those with programs of desktops, those of packages,
# those on a real kernel.
set -eu
cd "$(dirname "$0")/.."
sh tests/setup.sh
cargo test --locked --workspace
cargo test --locked --test desktop
cargo test --locked --test package
cargo test --locked --test vm
