#!/bin/bash
# Builds the image that compose.yaml and the tests use.
#
#   compose/build-image.sh [--tag NAME]                   from the sources, on base images from a registry
#   compose/build-image.sh --jars [--tag NAME]            from launcher/target, after `mvn package`
#   compose/build-image.sh --offline [--tag NAME]         as --jars, on images made by base-image.sh, without a registry
#   ... --no-aot                                          without the AOT cache: 90 MB less, slower to start
#
# Prints progress on stderr and the image's name on stdout. Respects DOCKER, DOCKER_HOST, BASE_IMAGE, JDK_IMAGE, BUILD_IMAGE.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly DOCKER=${DOCKER:-docker}
tag=millrace:latest
from=sources
aot=yes
offline=no

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' compose/build-image.sh >&2; exit 2; }

while (($#)); do
    case $1 in
        --jars) from=jars ;;
        --offline) from=jars offline=yes ;;
        --no-aot) aot=no ;;
        --tag) [[ $# -ge 2 ]] || usage; tag=$2; shift ;;
        *) usage ;;
    esac
    shift
done

arguments=(--tag "$tag" --build-arg "AOT=$aot" --file compose/Dockerfile)
for name in BASE_IMAGE JDK_IMAGE BUILD_IMAGE; do
    [[ -z ${!name:-} ]] || arguments+=(--build-arg "$name=${!name}")
done

if [[ $offline == yes ]]; then
    { read -r base; read -r jdk; } < <(compose/base-image.sh)
    arguments+=(--build-arg "BASE_IMAGE=${base:?}" --build-arg "JDK_IMAGE=${jdk:?}")
fi

if [[ $from == sources ]]; then
    DOCKER_BUILDKIT=1 "$DOCKER" build "${arguments[@]}" . >&2
else
    [[ -e launcher/target/launcher.jar && -d launcher/target/lib ]] || {
        printf 'build-image: launcher/target/launcher.jar is missing; run mvn package first\n' >&2
        exit 1
    }
    # Send only the required files, independently of .dockerignore. The steps need no network, and a daemon without a bridge has none.
    tar -cf - compose/Dockerfile compose/image launcher/target/launcher.jar launcher/target/lib \
        | "$DOCKER" build "${arguments[@]}" --network none --target runtime-from-jars - >&2
fi
"$DOCKER" image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' "$tag" >&2
printf '%s\n' "$tag"
