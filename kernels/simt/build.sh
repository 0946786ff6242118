#!/bin/sh
# Builds the SIMT device with g++ (no CUDA needed). A target that is newer than its sources is not built again.
#   kernels/simt/build.sh driver OUT                        -> OUT/libcuda.so.1, the stand-in driver
#   kernels/simt/build.sh module OUT KERNEL.cu [-D...]      -> OUT/<name>.so, a module for cuModuleLoad
#   kernels/simt/build.sh vendor OUT [CUBLAS]               -> OUT/libcublas.so.12 and OUT/libcurand.so.10, stand-ins for NVIDIA's
#                                                              libraries; after `driver`. CUBLAS is a version other than 12
#   kernels/simt/build.sh program OUT PROGRAM.cpp           -> OUT/<name>, a host program linked with the stand-in
# CXX names another compiler; FVAE_SIMT_FLAGS adds options to every compilation (use another OUT for each set), such as
# FVAE_SIMT_FLAGS='-g -fsanitize=address,undefined'. With FVAE_SIMT_RACES=1, modules report their loads and stores (reported.hpp).
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cxx=${CXX:-g++}
flags="-std=c++20 -O2 -Wall -Wextra -fPIC -fvisibility=hidden ${FVAE_SIMT_FLAGS:-}"
kernel_flags="-DFVAE_SIMT -x c++ -ffp-contract=off -mfma -fno-gnu-unique -Wno-unknown-pragmas"

# With -fsanitize=thread, g++ inserts calls at every load and store. ThreadSanitizer's runtime is not linked: the calls go to the
# device (reported.hpp).
[ -z "${FVAE_SIMT_RACES:-}" ] ||
    kernel_flags="$kernel_flags -DFVAE_SIMT_RACES -g -fsanitize=thread -nodefaultlibs -Wl,--no-as-needed -lstdc++ -lm -lc -lgcc_s"

usage() { sed -n '3,7s/^#   //p' "$0" >&2; exit 2; }
# outdated TARGET SOURCE...: succeeds if the target does not exist or a source is newer.
outdated() {
    target=$1; shift
    [ -e "$target" ] || return 0
    [ -n "$(find "$@" -newer "$target" -print | head -n 1)" ]
}

[ $# -ge 2 ] || usage
what=$1 out=$2; shift 2
mkdir -p "$out"

case $what in
driver)
    [ $# -eq 0 ] || usage
    objects= running=
    for source in "$here"/*.cpp; do
        object=$out/$(basename "$source" .cpp).o
        objects="$objects $object"
        if outdated "$object" "$source" "$here"/*.hpp "$here"/*.inc "$here/build.sh"; then
            [ -z "$running" ] || wait "$running"              # two compilations at a time
            running=${started:-}
            $cxx $flags -c "$source" -o "$object" &
            started=$!
        fi
    done
    for job in $running ${started:-}; do wait "$job"; done
    # shellcheck disable=SC2086
    if outdated "$out/libcuda.so.1" $objects; then
        $cxx $flags -shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs $objects -o "$out/libcuda.so.1.new" -ldl
        mv "$out/libcuda.so.1.new" "$out/libcuda.so.1"        # not overwritten in place: running processes keep the old file
    fi ;;
vendor)
    [ $# -le 1 ] || usage
    cublas=libcublas.so.${1:-12}
    for library in "$cublas" libcurand.so.10; do
        part=${library#lib}; part=${part%%.*}
        if outdated "$out/$library" "$here/vendor/$part.cpp" "$here/vendor/$part.map" "$here/host_work.hpp" "$here/build.sh"; then
            sed "s/^lib$part\.so\.[0-9]*/$library/" "$here/vendor/$part.map" > "$out/$library.map"   # the symbol version is the library's name
            $cxx $flags -ffp-contract=off -shared -Wl,-soname,"$library" -Wl,--version-script="$out/$library.map" -Wl,-z,defs \
                "$here/vendor/$part.cpp" "$out/libcuda.so.1" -o "$out/$library.new"
            mv "$out/$library.new" "$out/$library"
        fi
    done ;;
module)
    [ $# -ge 1 ] || usage
    source=$1; shift
    target=$out/$(basename "$source" .cu).so
    if outdated "$target" "$source" "$here/device.hpp" "$here/build.sh" ||
        [ -n "$(find "$here/.." "$(dirname "$source")" -name '*.cuh' -newer "$target" -print | head -n 1)" ]; then
        $cxx $flags $kernel_flags -I"$here/.." "$@" -shared "$source" -o "$target.new"
        mv "$target.new" "$target"
    fi ;;
program)
    [ $# -eq 1 ] || usage
    target=$out/$(basename "$1" .cpp)
    if outdated "$target" "$1" "$(dirname "$1")"/*.hpp "$out/libcuda.so.1"; then
        $cxx $flags "$1" -o "$target.new" "$out/libcuda.so.1" -Wl,-rpath,"$out"
        mv "$target.new" "$target"
    fi ;;
*) usage ;;
esac
