#!/bin/sh
# The life cycle of the package in a fresh Debian: run in its root by system.rs, which checks the
# observations in `results`. Takes two packages, the newer one last.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
older=$1 newer=$2
name=org.solarstatus.Monitor1
here=$(dirname "$0")
results=$here/results
mkdir "$results"

# Every file with its mode and owner, except those of the kernel, temporary ones and this test's.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path "$here" \) \
        -prune -o -printf '%M %u:%g %p\n' | sort -k 3 >"$results/$1"
}

apt() {
    apt-get -o Dpkg::Use-Pty=0 --quiet --yes "$@" >>"$results/apt" 2>&1
}

as() {
    runuser -u "$1" -- sh -c "$2"
}

# Calls a method of the bus itself and prints the reply.
ask_bus() {
    dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / "org.freedesktop.DBus.$1" "string:$name"
}

daemon_pid() {
    ask_bus GetConnectionUnixProcessID | grep -o '[0-9]*$'
}

daemon_ends() {
    kill "$1"
    while ask_bus NameHasOwner | grep -q true; do sleep 0.1; done
}

files before
apt install "$older"
files installed

as nobody 'solar-status --simulate --json' >"$results/simulated"

# A call to the name makes the bus start the daemon.
mkdir -p /run/dbus
dbus=$(dbus-daemon --system --fork --print-pid)
as nobody "dbus-send --system --print-reply --dest=$name / org.freedesktop.DBus.Peer.Ping" >"$results/ping" 2>&1
pid=$(daemon_pid)
stat --format %U "/proc/$pid" >"$results/user"
daemon_ends "$pid"

# With devices, and with a state directory.
install -d -o solar-status -m 750 /var/lib/solar-status
as solar-status 'exec solar-statusd --simulate --state /var/lib/solar-status' 2>"$results/daemon" &
until ask_bus NameHasOwner | grep -q true; do sleep 0.1; done
as nobody 'solar-status --bus system --json' >"$results/by-bus"
daemon_ends "$(daemon_pid)"
kill "$dbus"
# Like solar-status run by root.
install -D /dev/null /var/cache/solar-status/devices.json

apt install "$newer"
dpkg-query --show --showformat='${Version}' solar-status >"$results/upgraded"
apt remove solar-status
files removed
apt purge solar-status
files purged
getent passwd solar-status >"$results/account"
