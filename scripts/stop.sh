#!/usr/bin/env bash
# make stop: ends what `make demo KEEP=1` has left running.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/kept.sh"
end_kept
