#!/bin/sh
# Compiles all kernel variants, or the given files, for all architectures; needs nvcc but no GPU. One nvcc call per file.
#
#   kernels/compile.sh OUT [OP/VARIANT.cu | phase/NAME.cu ...]
#
# phase/NAME.cu is the generated source of a phase; it must be under OUT. The results for each file are:
#   OUT/<op>/<variant>.fatbin            one cubin per architecture, and PTX for the oldest
#   OUT/<op>/<variant>.sm_90.cubin ...   the same cubins as single files
#   OUT/<op>/<variant>.compute_80.ptx    the same PTX as a single file
#   OUT/<op>/<variant>.log               the output of ptxas: registers and spills
# A file is compiled again if it, a header or this script is newer than its fatbin.
# JOBS (default 2) files are compiled at the same time.
set -eu

kernels=$(cd "$(dirname "$0")" && pwd)

compile() { # OUT OP/VARIANT.cu
    to=$1/${2%.cu}
    case $2 in
        phase/*) source=$1/$2 folder=$kernels included='*.cu*' ;;   # a phase may include the kernels of any op
        *) source=$kernels/$2 folder=$kernels/${2%/*} included='*.cuh' ;;
    esac
    if [ -f "$to.fatbin" ] && [ -z "$(find "$source" "$kernels/compile.sh" "$kernels/common" "$folder" -path "$kernels/simt" -prune -o \
            \( -name "$included" -o -path "$source" -o -name compile.sh \) -newer "$to.fatbin" -print)" ]; then
        return 0
    fi
    rm -rf "$to.fatbin" "$to".sm_*.cubin "$to".compute_*.ptx "$to.keep"
    mkdir -p "$to.keep"
    if nvcc -fatbin --keep --keep-dir "$to.keep" -std=c++17 -O3 -Xptxas -v \
            -gencode 'arch=compute_80,code=[sm_80,compute_80]' \
            -gencode arch=compute_90,code=sm_90 -gencode arch=compute_90a,code=sm_90a \
            -gencode arch=compute_100,code=sm_100 -gencode arch=compute_120,code=sm_120 \
            -I"$kernels" -I"$kernels/common" -o "$to.part" "$source" >"$to.log" 2>&1; then
        for image in "$to.keep"/*.cubin; do                # named x.compute_80.sm_80.cubin or x.compute_90.cubin
            architecture=${image%.cubin}
            mv "$image" "$to.sm_${architecture##*_}.cubin"
        done
        mv "$to.keep"/*.compute_80.ptx "$to.compute_80.ptx"
        rm -rf "$to.keep"
        mv "$to.part" "$to.fatbin"
    else
        echo "$2 does not compile:" >&2
        cat "$to.log" >&2
        return 1
    fi
}

if [ "${1:-}" = --one ]; then
    compile "$2" "$3"
    exit
fi
if [ $# -lt 1 ]; then
    echo "usage: kernels/compile.sh OUT [OP/VARIANT.cu ...]" >&2
    exit 2
fi
if ! command -v nvcc >/dev/null; then
    echo "compiling CUDA kernels needs nvcc, which is not on the PATH: install CUDA toolkit 12.8 or newer" >&2
    exit 1
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
cd "$kernels"
if [ $# -eq 0 ]; then
    set -- [a-z]*/[0-9]_*.cu
fi
printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-2}" "$kernels/compile.sh" --one "$out"
