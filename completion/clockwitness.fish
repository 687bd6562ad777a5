# fish completion; tests/package.t compares it with --help

function __clockwitness_options
	set -l words (commandline -opc)
	set -l options
	switch "$words[2]"
		case verify
			set options '--closed --fingerprint --head --help --json --no-replay --tsa-ca --tsr'
		case anchor
			set options '--help --response --tsa-ca'
		case convert
			set options '-e --beyond --help --json --method --segments --unverified --whole'
		case correct
			set options '-e -j -o -q --beyond --boot --explain --format --help --json --manifest --method --segments --style --timezone --undo --unverified --whole --year'
		case merge
			set options '-e -o -q --beyond --form --from --help --host --json --picture --segments --to --unverified --window'
		case report
			set options '-o --help --text --unverified'
		case export
			set options '-e --form --help --segments --tolerance --unverified'
		case import
			set options '-o -q --form --format --help --hold --host --slew --timezone --year'
		case formats
			set options '--help --json'
		case status
			set options '--help --json --metrics --socket --watch'
	end
	string split ' ' -- $options
end

complete -c clockwitness -n __fish_use_subcommand -f -a 'verify anchor convert correct merge report export import formats status --help --version'
complete -c clockwitness -n 'not __fish_use_subcommand; and not contains -- (commandline -opc)[-1] --style --method' -a '(__clockwitness_options)'
complete -c clockwitness -n 'contains -- (commandline -opc)[-1] --style' -f -a 'same iso annotate'
complete -c clockwitness -n 'contains -- (commandline -opc)[-1] --method' -f -a 'smooth linear'
