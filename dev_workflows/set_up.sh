#!/usr/bin/env bash
# Installs what a Debian or Ubuntu machine lacks to build the service: the headers of SQLite, libcrypto and zlib, and the
# sqlite3 shell. Swift itself is not in Debian: where it is missing, this says where to get it.
set -euo pipefail

swift_needed=6.2

missing_packages() {
    local package
    for package in libsqlite3-dev libssl-dev zlib1g-dev sqlite3 python3; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep --quiet 'install ok installed' || echo "$package"
    done
    # The scripts that run Python peers make virtual environments; Debian ships what that takes apart from python3.
    python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

install_packages() {
    local run=()
    [ "$(id --user)" -eq 0 ] || run=(sudo)
    "${run[@]}" apt-get update --quiet --quiet
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends "$@" >/dev/null
}

if ! command -v swift >/dev/null; then
    echo "swift is missing: install Swift $swift_needed or newer from https://www.swift.org/install/linux/" >&2
    exit 1
fi

mapfile -t packages < <(missing_packages)
if [ "${#packages[@]}" -gt 0 ]; then
    echo "Installing ${packages[*]}" >&2
    install_packages "${packages[@]}"
fi
