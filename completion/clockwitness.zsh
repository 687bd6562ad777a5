#compdef clockwitness clockwitnessd
# zsh completion; tests/package.t compares it with --help

local options

if [[ $service == clockwitness && $CURRENT -eq 2 ]]; then
	compadd -- verify anchor convert correct merge report export import formats status --help --version
	return
fi
case $words[CURRENT-1] in
--style)
	compadd -- same iso annotate
	return
	;;
--method)
	compadd -- smooth linear
	return
	;;
--set)
	compadd -S '' -- announce= burst= common= compress= confine= hwtimestamp= interleaved= keep-size= log= maxpoll= minpoll= pool= port= rotate-age= rotate-size= seal= status= sync= syslog= user= watch=
	return
	;;
esac
if [[ $service == clockwitnessd ]]; then
	options='-c -o --for --help --once --poll --set --until --version'
else
	case $words[2] in
	verify) options='--closed --fingerprint --head --help --json --no-replay --tsa-ca --tsr' ;;
	anchor) options='--help --response --tsa-ca' ;;
	convert) options='-e --beyond --help --json --method --segments --unverified --whole' ;;
	correct) options='-e -j -o -q --beyond --boot --explain --format --help --json --manifest --method --segments --style --timezone --undo --unverified --whole --year' ;;
	merge) options='-e -o -q --beyond --form --from --help --host --json --picture --segments --to --unverified --window' ;;
	report) options='-o --help --text --unverified' ;;
	export) options='-e --form --help --segments --tolerance --unverified' ;;
	import) options='-o -q --form --format --help --hold --host --slew --timezone --year' ;;
	formats) options='--help --json' ;;
	status) options='--help --json --metrics --socket --watch' ;;
	esac
fi
if [[ $PREFIX == -* ]]; then
	compadd -- ${=options}
else
	_files
fi
