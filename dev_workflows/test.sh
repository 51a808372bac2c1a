#!/usr/bin/env bash
# Installs what is missing, checks the formatting, and runs every test. Arguments go to `swift test`.
set -euo pipefail
cd "$(dirname "$0")/.."

dev_workflows/set_up.sh
git ls-files -z '*.swift' | xargs -0 swift format lint --strict
swift test "$@"
