#!/usr/bin/env bash
# Runs the tests of the parsing parts under the address sanitizer and those of the concurrent parts under the thread sanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitize() { # sanitizer, filter of tests, more arguments
    swift test --sanitize="$1" --scratch-path ".build/sanitize-$1" --filter "$2" "${@:3}"
}

# XCTest keeps its own objects to the end, which the leak check would report.
export ASAN_OPTIONS=detect_leaks=0
export TSAN_OPTIONS="suppressions=$PWD/dev_workflows/thread_sanitizer.supp"

sanitize address 'TradingModelTests|InputFilesTests|MarketSimulationTests|BrokerAdaptersTests'
# Parity over thousands of orders takes long, and has the same threads as the tests of trouble with the journal.
sanitize thread 'StorageTests|ReportingTests|ExecutionServiceTests' --skip BrokerParityTests
