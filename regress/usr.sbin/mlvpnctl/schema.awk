#	$OpenBSD$
#
# Copyright (c) 2026 The mlvpnd developers
#
# Permission to use, copy, modify, and distribute this software for any
# purpose with or without fee is hereby granted, provided that the above
# copyright notice and this permission notice appear in all copies.
#
# THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
# WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
# MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
# ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
# WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
# ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
# OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.

# Usage: awk -f schema.awk mlvpnctl.8 file
#
# Checks that the JSON output in the file, with a member on each line, is what
# the manual says: the subsections "Object NAME" and "List NAME" have a line
# "member Ta type Ta ..." for each member.

function bad(what)
{
	print FILENAME ":" FNR ": " what | "cat 1>&2"
	failed = 1
}

function type_of(value)
{
	if (value == "null")
		return "null"
	if (value ~ /^(true|false)$/)
		return "boolean"
	if (value ~ /^-?[0-9]+$/)
		return "integer"
	if (value ~ /^-?[0-9]+\.[0-9]+$/)
		return "number"
	if (value ~ /^"[a-z0-9-]*"$/)
		return "word"
	if (value ~ /^"/)
		return "string"
	return value ~ /^\[/ ? "list" : "object"
}

function fits(got, want)
{
	if (sub(/ or null$/, "", want) && got == "null")
		return 1
	return got == want || got == "integer" && want == "number" ||
	    got == "word" && want == "string"
}

# the manual
FNR == NR && /^\.S[sh] / {
	section = $2 == "Object" || $2 == "List" ? $3 : ""
	if (section != "")
		kind[section] = tolower($2)
	next
}
FNR == NR && section != "" && /^\.It .* Ta .* Ta / {
	split(substr($0, 5), part, / Ta /)
	want[section, part[1]] = part[2]
	members[section] = members[section] " " part[1]
	next
}
FNR == NR {
	next
}

# the output
/^ *[]}],?$/ {
	if (open[depth] == "{") {
		n = split(members[name[depth]], part, " ")
		for (i = 1; i <= n; i++)
			if (!((depth, part[i]) in seen))
				bad("no " part[i] " in " name[depth])
		for (i = 1; i <= n; i++)
			delete seen[depth, part[i]]
	}
	depth--
	next
}
/^ *"[^"]*": / {
	key = $1
	gsub(/[":]/, "", key)
	value = $0
	sub(/^ *"[^"]*": /, "", value)
	sub(/,$/, "", value)
	type = type_of(value)
	if (depth == 1) {
		if (kind[key] != type)
			bad(key ": " type ", which is not documented")
	} else if (!((name[depth], key) in want))
		bad(name[depth] ": " key " is not documented")
	else if (!fits(type, want[name[depth], key]))
		bad(name[depth] ": " key " is " type ", not " \
		    want[name[depth], key])
	seen[depth, key] = 1
	if (value == "{" || value == "[") {
		open[++depth] = value
		name[depth] = key
	}
	next
}
/^ *[[{]$/ {
	open[depth + 1] = $1
	name[depth + 1] = name[depth]
	depth++
	next
}
END {
	exit failed
}
