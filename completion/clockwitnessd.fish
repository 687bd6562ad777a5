# fish completion; tests/package.t compares it with --help

set -l options '-c -o --for --help --once --poll --set --until --version'
complete -c clockwitnessd -n 'not contains -- (commandline -opc)[-1] --set' -a "$options"
complete -c clockwitnessd -n 'contains -- (commandline -opc)[-1] --set' -f -a 'announce= burst= common= compress= confine= hwtimestamp= interleaved= keep-size= log= maxpoll= minpoll= pool= port= rotate-age= rotate-size= seal= status= sync= syslog= user= watch='
