# shellcheck shell=bash
# bash completion of clockwitness and clockwitnessd; tests/package.t compares it with --help

_clockwitness()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'verify anchor convert correct merge report export import formats status --help --version' -- "$cur")
		return
	fi
	case $prev in
	--style)
		mapfile -t COMPREPLY < <(compgen -W 'same iso annotate' -- "$cur")
		return
		;;
	--method)
		mapfile -t COMPREPLY < <(compgen -W 'smooth linear' -- "$cur")
		return
		;;
	esac
	case ${COMP_WORDS[1]} in
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
	*) return ;;
	esac
	[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
}

_clockwitnessd()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options

	COMPREPLY=()
	options='-c -o --for --help --once --poll --set --until --version'
	if [ "$prev" = --set ]; then
		compopt -o nospace
		mapfile -t COMPREPLY < <(compgen -W 'announce= burst= common= compress= confine= hwtimestamp= interleaved= keep-size= log= maxpoll= minpoll= pool= port= rotate-age= rotate-size= seal= status= sync= syslog= user= watch=' -- "$cur")
		return
	fi
	[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
}

complete -o default -F _clockwitness clockwitness
complete -o default -F _clockwitnessd clockwitnessd
