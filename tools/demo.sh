#!/usr/bin/env bash
# The example through every verb. Called by `make demo`; it calls itself once more for what needs Docker.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
project=$root/.work/demo
names=$root/.work/demo-runs

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi

say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
show() { printf '\n$ %s\n' "$*"; }
step() { show "$@"; "$@"; }

# A run's name is all that it prints on stdout.
run() {
    show "$@"
    "$@" | tee -a "$names"
}

copy_the_example() {
    rm -rf "$project" "$names"
    mkdir -p "$project"
    tar -C "$root/examples/flight-delays" --exclude=__pycache__ --exclude='pylock.skylift.toml' -c . | tar -C "$project" -x
    # As it was before anybody thought of Skylift.
    sed '/^\[tool\.skylift/,$d' "$root/examples/flight-delays/pyproject.toml" > "$project/pyproject.toml"
    cd "$project"
    git init --quiet --initial-branch main .
    git add --all
    git -c user.name=demo -c user.email=demo@example.com commit --quiet --message "the project as it is"
}

here() {
    say "a project, and Skylift understands it"
    copy_the_example
    step skylift init --yes
    say "train here: no AWS, no Docker, no change to the code"
    run skylift run epochs=3
    step skylift runs
}

in_images() {
    cd "$project"
    say "the image: no daemon builds it, only what the registry lacks is pushed"
    step export SKYLIFT_IMAGE_BASE="$SERVICES_BASE"
    step export SKYLIFT_IMAGE_REPOSITORY="$SERVICES_REGISTRY/flight-delays"
    step skylift build --push
    say "one line changed"
    echo "# one line more" >> flight_delays/train.py
    step skylift build --push
    git checkout --quiet flight_delays/train.py
    say "train in it"
    run skylift run --on docker epochs=3
    say "train in the cloud, which is on this machine and has a registry of its own"
    step unset SKYLIFT_IMAGE_REPOSITORY
    run skylift sandbox run -- skylift run --on cloud epochs=3
    say "three runs, one record"
    step skylift runs
    step skylift show @last
    step skylift compare $(cat "$names")
}

# An interpreter or an account that happens to be active here is not the demo's.
unset VIRTUAL_ENV CONDA_PREFIX "${!AWS_@}"

if [ "${1:-}" = images ]; then
    in_images
    exit
fi
here
cd "$root"
if python -m tests.services run -- "$0" images; then
    say "done; look around in ${project#"$root"/}"
else
    code=$?
    [ "$code" = 75 ] && [ "${CI:-}" != true ] || exit "$code"
    say "left out: images, docker and cloud. As root, \`INSTALL=1 make demo\` installs what they need."
fi
