// Numbers as people type them: decimal comma or point, a minus of any kind, fractions, powers of ten.
//
// The rules are those by which answers on worksheets are read. Nothing is evaluated, and lengths are
// bounded before any work is done. What cannot be read has a fault: the name of a sentence and what
// stands in it.

const MOST_TYPED = 2000; // characters of one answer
const MOST_DIGITS = 60; // of one number
const MOST_EXPONENT = 300;
const MINUS = "−–—‐‑‒﹣－";
const TIMES_SIGNS = "×⋅∙•✕✖∗‧·\u2062";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SIGNS = new Map([
  ...[...MINUS].map((sign) => [sign, "-"]), ...[...TIMES_SIGNS].map((sign) => [sign, "·"]),
  ...[..."′’‘ʹʼ´`"].map((sign) => [sign, "'"]),
  ["÷", "/"], ["∕", "/"], ["[", "("], ["]", ")"], ["٫", "."], ["≃", "≈"], ["≅", "≈"], ["∼", "~"],
  ["$", ""],
]);
const KEPT_INVISIBLE = "\u00ad\u202e\u2062"; // may have been a minus; turns round; times
const BEFORE = /^(?:[=≈~ ]+|(?:approx(?:imately)?|about|around|circa|ca|c)\.? )/i;
const REMARKS = [ // in the languages of people who have an English sheet before them
  "approx(?:imately|imate|\\.)?", "rounded(?: up| down)?", "about", "ca\\.?", "truncated",
  "cut(?: off)?", "(?:auf|ab)?gerundet", "ger?\\.?", "abgeschnitten", "ungefähr|etwa",
  "arrondie?", "tronquée?", "environ", "redondeado", "arrotondato",
];
const AFTER = new RegExp(` ?\\((?:${REMARKS.join("|")})\\)$`, "i");
const NOTHING = ["", "-", "--", "---"];
const POWER_OF_TEN = new RegExp(
  "(?:^([+-]?)| ?[*·x] ?| )10 ?(?:\\^|\\*\\*) ?(?:\\(([+-]?[0-9]{1,4})\\)|([+-]?[0-9]{1,4}))$", "i");
const GROUPED = /^[+-]?[0-9]{1,3}(?:([,.'])[0-9]{3})(?:\1[0-9]{3})*(?!\1)([,.])[0-9]+$/;
const SPACED = /^[+-]?[0-9]{1,3}(?: [0-9]{3})*(?:[.,](?:[0-9]{3} )*[0-9]{1,3})?$/;
const FULL_STOP = /^(.*[.,][0-9]+)(\.| ?\.{2,})$/;
const WHOLE = "([0-9]{1,18})";
const OVER = "([0-9]{1,18}) ?/ ?([0-9]{1,18})";
const FRACTIONS = [
  `()${OVER}`, `()\\(${OVER}\\)`, "()\\(\\(([0-9]{1,18})\\)/\\(([0-9]{1,18})\\)\\)",
  `${WHOLE} ${OVER}`, `${WHOLE} \\(${OVER}\\)`, `\\(${WHOLE}\\+${OVER}\\)`,
].map((pattern) => new RegExp(`^([+-]?)${pattern}$`));
const LITERAL = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:e([+-]?[0-9]+))?$/i;
const VULGAR = /(?<![0-9])([0-9]{0,9})([¼-¾⅐-⅞])(?![0-9.,¼-¾⅐-⅞])/g;
const POWERS = new RegExp(
  `(?<![⁽⁾⁺⁻⁼ⁿ${RAISED}])(?:([⁺⁻]?)([${RAISED}]+)|⁽([⁺⁻])([${RAISED}]+)⁾)(?![⁽⁾⁺⁻⁼ⁿ⁄${RAISED}])`, "g");
const LOST_POWER = new RegExp(
  `(?<![\\p{L}\\p{N}_.,])([0-9]+(?:[.,][0-9]+)?)\\s*(?:[xX*·${TIMES_SIGNS}]|\\\\cdot|\\\\times)\\s*`
  + `(?:10(?:\\s*([${MINUS}-])\\s*|\\s+)([0-9]{1,2})|10()([1-9]))(?![\\p{L}\\p{N}_.,^*(${TIMES_SIGNS}])`, "u");
const RAISED_POINT = new RegExp(
  "(?<![\\p{L}\\p{N}_.,])([0-9]{1,9})[·⋅∙•‧\u0387](?!10(?:\\^|\\*\\*|[⁺⁻⁰¹²³⁴-⁹]))"
  + "([0-9]{1,60})(?![\\p{L}\\p{N}_.,])", "u");

/** A typed answer as {text, value, unit, digits}, or {fault, one, two}, or {} where there is none. */
function reading(answer) {
  if (answer.length > MOST_TYPED) return { fault: "too_long", one: MOST_TYPED };
  let bare = spelled(answer).replace(/\s+/g, " ").trim().replace(/[; ]+$/, "");
  while (BEFORE.test(bare)) bare = bare.replace(BEFORE, "");
  bare = bare.replace(AFTER, "");
  if (NOTHING.includes(bare)) return {};
  const doubt = doubtful(answer);
  if (doubt) return doubt;
  bare = bare.replace(/^([+-]) /, "$1");
  for (const pattern of FRACTIONS) {
    const match = pattern.exec(bare);
    if (match) return fraction(...match.slice(1));
  }
  if (bare.endsWith("%")) return decimal(bare.slice(0, -1).trimEnd(), 2);
  const ends = FULL_STOP.exec(bare);
  if (!ends) return decimal(bare);
  return decimal(ends[1], 0, ends[2] === "." ? "" : "5"); // 0.6106… is the middle of what it may be
}

/** The number that a field has: {text, value}; null where there is none. */
function typed(answer) {
  const { text, value } = reading(answer);
  return text === undefined ? null : { text, value };
}

function fraction(sign, whole, above, below) {
  if (!Number(below)) return { fault: "division_by_zero" };
  if (whole && Number(above) >= Number(below)) {
    return { fault: "sum_or_product", one: `${whole} ${above}/${below}` };
  }
  const top = String(BigInt(whole || 0) * BigInt(below) + BigInt(above));
  const text = `${sign === "-" && top !== "0" ? "-" : ""}${top}/${BigInt(below)}`;
  return { text, value: valueOf(text), unit: 0, digits: MOST_DIGITS };
}

/** A decimal number, divided by 10 so many times; `more` digits follow that nobody wrote. */
function decimal(typed, tenths = 0, more = "") {
  let bare = typed.replace(POWER_OF_TEN, (_, alone, inside, bare) => (
    `${alone === undefined ? "" : `${alone}1`}e${inside ?? bare}`));
  if (SPACED.test(bare)) bare = bare.replaceAll(" ", "");
  const group = GROUPED.exec(bare);
  if (group) bare = bare.replaceAll(group[1], "");
  bare = bare.replaceAll(",", ".");
  const match = LITERAL.exec(bare);
  if (!match) return { fault: "no_number", one: bare };
  const [, sign, head = "", after, alone, power = "0"] = match;
  const tail = after ?? alone ?? "";
  if (head.length + tail.length > MOST_DIGITS || Math.abs(Number(power)) > MOST_EXPONENT) {
    return { fault: "too_many_digits", one: MOST_DIGITS };
  }
  const exponent = Number(power) - tenths;
  const minus = sign === "-" && /[1-9]/.test(head + tail + more) ? "-" : "";
  const text = minus + moved(head, tail + more, exponent);
  return {
    text, value: Number(`${sign}${head}.${tail}${more}e${exponent}`),
    unit: Number(`1e${exponent - tail.length}`), digits: (head + tail).replace(/^0+/, "").length,
    written: Number(`${sign}${head}.${tail}e${exponent}`),
  };
}

/** The digits with the point moved, as a network file may have them: (1, 5, −2) is 0.015. */
function moved(head, tail, exponent) {
  const whole = (digits) => digits.replace(/^0+/, "") || "0";
  if (!exponent) return whole(head) + (tail ? `.${tail}` : "");
  if (Math.abs(exponent) + head.length + tail.length > 24) {
    return `${whole(head)}${tail ? "." : ""}${tail}e${exponent}`;
  }
  const point = head.length + exponent;
  const digits = ("0".repeat(Math.max(-point, 0)) + head + tail).padEnd(Math.max(point, 0), "0");
  const rest = digits.slice(Math.max(point, 0));
  return whole(digits.slice(0, Math.max(point, 0))) + (rest ? `.${rest}` : "");
}

// -- signs -------------------------------------------------------------------------------------

/** Every sign in the one way in which numbers are read: 6.1·10⁻¹ is 6.1·10**(-1), ½ is (1/2). */
function spelled(text) {
  let plain = [...text.normalize("NFC")]
    .filter((c) => KEPT_INVISIBLE.includes(c) || !/\p{Cf}/u.test(c))
    .map((c) => SIGNS.get(c) ?? c).join("");
  if (/\\|\^\{|\{,\}/.test(plain)) plain = withoutLatex(plain);
  plain = [...plain].map(plainSign).join("");
  plain = plain.replace(POWERS, (_, sign, digits, other, inside) => {
    const level = [...(sign || other || "") + (digits || inside)]
      .map((c) => (RAISED.includes(c) ? RAISED.indexOf(c) : c === "⁻" ? "-" : "+"));
    return `**(${level.join("")})`;
  });
  plain = plain.replace(VULGAR, (match, whole, sign, place, all) => {
    if (".,".includes(all[place - 1] ?? "x")) return match;
    const over = sign.normalize("NFKC").replace("⁄", "/");
    return whole ? `(${whole}+${over})` : `(${over})`;
  });
  return plain.replaceAll("⁄", "/");
}

function withoutLatex(text) {
  return text.replaceAll("{,}", ",").replace(/\\[,;:! ]/g, " ").replace(/\\\(|\\\)/g, "")
    .replace(/\\(?:cdot|times|ast) ?/g, "·").replace(/\\div ?/g, "/")
    .replace(/\^\{([^{}]*)\}/g, "^($1)")
    .replace(/(?<![0-9])\\[dt]?frac\s*\{\s*([0-9]+)\s*\}\s*\{\s*([0-9]+)\s*\}/g, "(($1)/($2))");
}

/** A digit of any script as 0 to 9, a letter of any width as the plain one; … as three points. */
function plainSign(c) {
  if (c <= "\x7f" || /[²³¹⁰-₟¼-¾⅐-↋①-⓿]/u.test(c)) return c;
  if (!/\p{Nd}/u.test(c)) {
    const plain = c.normalize("NFKC");
    return /[0-9]/.test(plain) ? c : plain;
  }
  const code = c.codePointAt(0);
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

/** Why a number may mean two things: 0·61; 9.8×10−1, which has lost what was raised. */
function doubtful(text) {
  const lost = LOST_POWER.exec(text);
  if (lost) {
    const [whole, number, minus, ...digits] = lost;
    const power = (minus ? "−" : "") + digits.filter(Boolean).join("");
    return { fault: "lost_power", one: whole.trim(), two: `${number}·10^(${power})` };
  }
  const product = RAISED_POINT.exec(text);
  if (!product || (product[1] !== "0" && /[0-9][.,][0-9]/.test(text))) return null;
  const [, before, after] = product;
  return { fault: "raised_point", one: `${before}·${after}`, two: `${before}.${after}` };
}

/** The sentence about what cannot be read. */
function faultOf({ fault, one, two }) {
  return fault ? say(`fault_${fault}`, { one: shortened(one), two: shortened(two) }) : "";
}

const shortened = (part = "") => (String(part).length > 40 ? `${String(part).slice(0, 39)}…` : part);
