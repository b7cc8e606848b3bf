#!/usr/bin/env bash
# pandoc 3.9: a formula with \textcolor stays TeX as a whole; \color with the argument in braces does not.
#
# Guess: \textcolor{red}{q}, which LaTeX, MathJax and KaTeX all know and which is the better LaTeX of
# the two, becomes MathML like the rest of a formula, or is dropped with a warning.
# Seen: pandoc converts {\color{red}{q}}, without its colour and without a word, and gives the whole
# formula around \textcolor{red}{q} up ("unexpected control sequence \textcolor"): in HTML it stands as
# TeX, and in docx it is the source between dollars, however little of it was coloured. pandoc 2.19
# gives both up. So pages for pandoc are to be coloured with \color, and for pandoc 2 not at all.
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seen() {  # version of pypandoc_binary → "color", "textcolor" as they come out
  python3 -m venv "$folder/$1"
  "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "pypandoc_binary==$1"
  "$folder/$1/bin/python" - 2>/dev/null <<'PYTHON'
import pypandoc

print("pandoc", pypandoc.get_pandoc_version())
for command in ("color", "textcolor"):
    formula = rf"$a + {{\{command}{{red}}{{q}}}} = \frac{{x}}{{y}}$"
    html = pypandoc.convert_text(formula, "html", format="markdown", extra_args=["--mathml"])
    print(command, "MathML" if "<mfrac>" in html else "TeX", "coloured" if "red\"" in html else "plain")
PYTHON
}
found="$(seen 1.17) / $(seen 1.13)"
found=$(tr '\n' ' ' <<<"$found")
echo "$found"
due="pandoc 3.9 color MathML plain textcolor TeX plain / pandoc 2.19.2 color TeX plain textcolor TeX plain "
[ "$found" = "$due" ] || { echo "DIFFERS from $due"; exit 1; }
