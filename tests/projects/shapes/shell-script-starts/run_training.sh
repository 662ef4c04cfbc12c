#!/usr/bin/env bash
set -euo pipefail
export OMP_NUM_THREADS=1
python -m speech.fit \
    --batch 16
