# fish completion; tests/package.t compares it with --help

set -l options '-c -o --for --help --once --poll --set --until --version'
complete -c clockwitnessd -a "$options"
