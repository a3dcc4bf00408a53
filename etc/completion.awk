#	$OpenBSD$

# Completion for a shell, out of the list of commands that mlvpnctl(8) prints
# from its parser's table:
#
#	mlvpnctl -h | awk -v shell=bash|zsh|ksh -f completion.awk

/^  / {
	path = ""
	for (i = 1; i <= NF; i++) {
		add(path, $i)
		if (i <= 2 && $i !~ /^[<.]/)
			add_place(i, $i)
		path = path " " ($i ~ /^[<.]/ ? "*" : $i)
	}
	note(path)
	if (NF > depth)
		depth = NF
}

END {
	if (shell == "ksh")
		ksh()
	else if (shell == "zsh")
		zsh()
	else
		bash()
}

function add(path, word)
{
	if ((path, word) in seen)
		return
	seen[path, word] = 1
	note(path)
	next_words[path] = next_words[path] " " word
}

function note(path)
{
	if (path in next_words)
		return
	next_words[path] = ""
	paths[npaths++] = path
}

function add_place(i, word)
{
	if ((i, word) in placed)
		return
	placed[i, word] = 1
	place[i] = place[i] " " word
}

# What can follow the words in the variable.  Longer patterns come first, as a
# * also matches several words.
function cases(var,	d, i, n, pattern, w)
{
	print "\tcase $" var " in"
	for (d = depth; d >= 0; d--) {
		for (i = 0; i < npaths; i++) {
			n = split(paths[i], w, " ")
			if (n != d)
				continue
			pattern = paths[i]
			gsub(/ /, "\\ ", pattern)
			if (pattern == "")
				pattern = "''"
			print "\t" pattern ")"
			print "\t\tnext='" substr(next_words[paths[i]], 2) "'"
			print "\t\t;;"
		}
	}
	print "\tesac"
}

function names()
{
	print "_mlvpnctl_names()"
	print "{"
	print "\tmlvpnctl -j show \"$@\" 2>/dev/null |"
	print "\t    sed -n 's/.*\"name\": \"\\([^\"]*\\)\".*/\\1/p'"
	print "}"
	print ""
}

function bash()
{
	names()
	print "_mlvpnctl()"
	print "{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} path='' next='' last='' w"
	print ""
	print "\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do"
	print "\t\tcase $w in"
	print "\t\t-*)"
	print "\t\t\t;;"
	print "\t\t*)"
	print "\t\t\tpath=\"$path $w\" last=$w"
	print "\t\t\t;;"
	print "\t\tesac"
	print "\tdone"
	cases("path")
	print "\tCOMPREPLY=()"
	print "\tfor w in $next; do"
	print "\t\tcase $w in"
	print "\t\t'<tunnel>')"
	print "\t\t\tw=$(_mlvpnctl_names tunnels)"
	print "\t\t\t;;"
	print "\t\t'<link>')"
	print "\t\t\tw=$(_mlvpnctl_names links \"$last\")"
	print "\t\t\t;;"
	print "\t\t'<file>'|...)"
	print "\t\t\tCOMPREPLY+=($(compgen -f -- \"$cur\"))"
	print "\t\t\tcontinue"
	print "\t\t\t;;"
	print "\t\tesac"
	print "\t\tCOMPREPLY+=($(compgen -W \"$w\" -- \"$cur\"))"
	print "\tdone"
	print "}"
	print ""
	print "complete -F _mlvpnctl mlvpnctl"
}

function zsh()
{
	print "#compdef mlvpnctl"
	print ""
	names()
	print "_mlvpnctl()"
	print "{"
	print "\tlocal command='' next='' last='' w"
	print ""
	print "\tfor w in \"${(@)words[2,CURRENT-1]}\"; do"
	print "\t\tcase $w in"
	print "\t\t(-*)"
	print "\t\t\t;;"
	print "\t\t(*)"
	print "\t\t\tcommand=\"$command $w\" last=$w"
	print "\t\t\t;;"
	print "\t\tesac"
	print "\tdone"
	cases("command")
	print "\tfor w in ${=next}; do"
	print "\t\tcase $w in"
	print "\t\t('<tunnel>')"
	print "\t\t\tcompadd -- $(_mlvpnctl_names tunnels)"
	print "\t\t\t;;"
	print "\t\t('<link>')"
	print "\t\t\tcompadd -- $(_mlvpnctl_names links \"$last\")"
	print "\t\t\t;;"
	print "\t\t('<file>'|...)"
	print "\t\t\t_files"
	print "\t\t\t;;"
	print "\t\t(*)"
	print "\t\t\tcompadd -- $w"
	print "\t\t\t;;"
	print "\t\tesac"
	print "\tdone"
	print "}"
	print ""
	print "_mlvpnctl \"$@\""
}

# Of OpenBSD: words by their place, see ksh(1).
function ksh()
{
	print "set -A complete_mlvpnctl_1 --" place[1]
	print "set -A complete_mlvpnctl_2 --" place[2]
}
