#	$OpenBSD$

# Takes the configurations out of manuals, the README and an example: each
# that has a tunnel, and the parts that stand alone in the midst of one.
# They are written to PREFIX1.conf and so on, how many is printed.

# from a manual
/^\.Bd/		{ shown = 1; block = ""; next }
/^\.Ed/		{ shown = 0; take(); next }
shown		{ gsub(/\\e/, "\\"); gsub(/\\&/, ""); if (!/^\./) add(); next }

# from the README, where they are indented, among other files
/^    # (client|server): / { take(); next }
/^    /		{ if (indented) { sub(/^    /, ""); add() } next }
/^$/		{ if (indented) add() }
/^[^ ]/		{ if (indented) take() }

END		{ take(); print n + 0 }

function add()
{
	block = block $0 "\n"
}

function take(	text)
{
	text = "\n" block
	if (text ~ /\nlink "/)
		put("listen on * port 5080\n" tunnel(block))
	else if (text ~ /\nmatch "/)
		put(tunnel(block "link dsl1 { remote 192.0.2.1 port 5080 }\n" \
		    "link dsl2 { remote 192.0.2.2 port 5080 }\n"))
	else if (text ~ /\ntunnel "/) {
		# what is left out, and what everybody makes himself
		sub(/\n\t\.\.\.\n/, "\n" inner() "\n", text)
		sub(/"\.\.\."/,
		    "file \"/etc/mlvpnd/home.psk\"", text)
		put(text)
	}
	block = ""
}

function inner()
{
	return "interface tun0\npsk file \"/etc/mlvpnd/home.psk\""
}

function tunnel(part)
{
	return "tunnel \"home\" {\n" inner() "\n" part "}\n"
}

function put(text)
{
	n++
	printf "%s", text >(prefix n ".conf")
}
