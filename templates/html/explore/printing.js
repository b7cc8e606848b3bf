// Formulas of numbers as MathML and as speech, with the brackets that the page has.
//
// A printed formula is {m, s}: elements of MathML in a row, and words. BREAK marks in m where a
// narrow window may end a line.

const BREAK = "\u0001";
const [OPEN, SUM, SIGNED, SIGNED_UNIT, PRODUCT, PARTIAL, POWER, CALL, ATOM] = [0, 1, 2, 3, 4, 7, 8, 9, 10];
const TIMES = { "·": "⋅", "×": "×", "*": "∗" };
const TALL = ["<mfrac>", "<mtable", "<munder", "<msqrt>"];
const infix = (sign) => `${BREAK}<mo form="infix">${sign}</mo>`;
const PREFIX_MINUS = '<mo form="prefix">−</mo>';
const APPLIED = "<mo>\u2061</mo>"; // between a function and its argument, not to be seen

const SPOKEN_SIGNS = { "=": "speech_equals", "≈": "speech_approximately", "←": "speech_becomes" };

/** A sentence of the page with its gaps filled. */
function say(sentence, given = {}) {
  return DATA.says[sentence].replace(/\{(\w+)\}/g, (gap, name) => given[name] ?? gap);
}

/** How tightly a printed formula binds. */
function level(tree) {
  const [sign, first] = tree;
  if (sign === "n") return levelOfNumber(first);
  if (sign === "-") {
    const inner = level(first);
    return inner >= PRODUCT && inner <= PARTIAL ? SIGNED : SIGNED_UNIT;
  }
  if (sign === "*") return level(first) === SIGNED_UNIT ? SIGNED : PRODUCT;
  if (sign === "f") return { exp: POWER, abs: ATOM, sqrt: ATOM }[first] ?? CALL;
  return { "+": SUM, "/": CALL, "^": POWER, "[": ATOM, c: ATOM, "?": OPEN }[sign];
}

function levelOfNumber(text) {
  const negative = text.startsWith("-");
  if (text.includes("e")) return negative ? SIGNED : PRODUCT;
  if (negative) return SIGNED_UNIT;
  return text.includes("/") ? CALL : ATOM;
}

/** What stands behind the minus sign of a signed formula. */
function unsigned(tree) {
  const [sign, first, ...rest] = tree;
  if (sign === "-") return first;
  if (sign === "n") return ["n", first.slice(1)];
  return [sign, unsigned(first), ...rest];
}

function print(tree) {
  return PRINT[tree[0]](...tree.slice(1));
}

const PRINT = {
  n: printNumber,
  c: (name) => (name === "pi" ? { m: "<mi>π</mi>", s: "pi" } : { m: "<mi>e</mi>", s: "e" }),
  "-": (inner) => {
    const { m, s } = within(inner, level(inner) < PRODUCT);
    return { m: PREFIX_MINUS + m, s: `${say("speech_minus")} ${s}` };
  },
  "+": (...terms) => joined(terms.map((term, position) => {
    const bound = level(term);
    if (!position) return { m: "", s: "", ...within(term, bound < SIGNED) };
    const minus = bound === SIGNED || bound === SIGNED_UNIT;
    const part = minus ? unsigned(term) : term;
    const { m, s } = within(part, level(part) < PRODUCT);
    const word = say(minus ? "speech_minus" : "speech_plus");
    return { m: infix(minus ? "−" : "+") + m, s: `${word} ${s}` };
  })),
  "*": (...factors) => joined(factors.map((factor, position) => {
    const bound = level(factor);
    const { m, s } = within(factor, bound < PARTIAL && (position || bound !== SIGNED_UNIT));
    if (!position) return { m, s };
    return { m: infix(TIMES[DATA.times]) + m, s: `${say("speech_times")} ${s}` };
  })),
  "/": (above, below) => {
    const [a, b] = [print(above), print(below)];
    return { m: `<mfrac>${one(a.m)}${one(b.m)}</mfrac>`, s: say("speech_fraction", { above: a.s, below: b.s }) };
  },
  "^": (base, exponent) => {
    const [a, n] = [within(base, level(base) < ATOM), print(exponent)];
    const squared = isNumber(exponent) && exponent[1] === "2";
    const s = squared ? say("speech_squared", { base: a.s }) : say("speech_power", { base: a.s, exponent: n.s });
    return { m: `<msup>${one(a.m)}${one(n.m)}</msup>`, s };
  },
  "[": (inner) => within(inner, true, "[", "]"),
  f: printFunction,
  "?": () => ({ m: "", s: "" }), // the branch that holds stands in its place
};

function printNumber(text) {
  const minus = text.startsWith("-");
  const bare = minus ? text.slice(1) : text;
  const [above, below] = bare.split("/");
  const [mantissa, power] = bare.split("e");
  const sign = { m: minus ? PREFIX_MINUS : "", s: minus ? `${say("speech_minus")} ` : "" };
  if (below !== undefined) {
    const s = say("speech_fraction", { above, below });
    return { m: `${sign.m}<mfrac><mn>${above}</mn><mn>${below}</mn></mfrac>`, s: sign.s + s };
  }
  if (power === undefined) return { m: `${sign.m}<mn>${bare}</mn>`, s: sign.s + bare };
  const exponent = printNumber(String(Number(power)));
  const s = say("speech_power", { base: "10", exponent: exponent.s });
  return {
    m: `${sign.m}<mn>${mantissa}</mn><mo>${TIMES["·"]}</mo><msup><mn>10</mn>${one(exponent.m)}</msup>`,
    s: `${sign.s}${mantissa} ${say("speech_times")} ${s}`,
  };
}

function printFunction(name, ...given) {
  const [first, ...others] = given.map(print);
  if (others.length) {
    const m = [first, ...others].map((part) => part.m).join("<mo>,</mo>");
    const s = others.reduce(
      (before, part) => say("speech_another", { before, argument: part.s }), first.s);
    return called(name, bracketed(m), say("speech_parentheses", { inside: s }));
  }
  if (name === "exp") {
    return { m: `<msup><mi>e</mi>${one(first.m)}</msup>`, s: say("speech_power", { base: "e", exponent: first.s }) };
  }
  if (name === "sqrt") return { m: `<msqrt>${solid(first.m)}</msqrt>`, s: say("speech_root", { inside: first.s }) };
  if (name === "abs") return { m: bracketed(first.m, "|", "|"), s: say("speech_absolute", { inside: first.s }) };
  const inside = isLeaf(given[0]) ? first.s : say("speech_parentheses", { inside: first.s });
  return called(name, bracketed(first.m), inside);
}

function called(name, m, argument) {
  const { mathml, said } = DATA.functions[name];
  return { m: mathml + APPLIED + m, s: say("speech_of", { function: said, argument }) };
}

function joined(parts) {
  return { m: parts.map((part) => part.m).join(""), s: parts.map((part) => part.s).join(" ") };
}

/** A formula inside another, in brackets where it needs some. */
function within(tree, brackets, opening = "(", closing = ")") {
  const { m, s } = print(tree);
  if (!brackets) return { m, s };
  const sentence = opening === "(" ? "speech_parentheses" : "speech_brackets";
  return { m: bracketed(m, opening, closing), s: say(sentence, { inside: s }) };
}

/** Brackets that grow with what is tall; around anything else they keep the size of letters. */
function bracketed(m, opening = "(", closing = ")") {
  const manner = TALL.some((tall) => m.includes(tall)) ? "" : ' stretchy="false"';
  return `<mo form="prefix"${manner}>${opening}</mo>${m}<mo form="postfix"${manner}>${closing}</mo>`;
}

const solid = (m) => m.replaceAll(BREAK, "");
const one = (m) => `<mrow>${solid(m)}</mrow>`;

/** A chain of members [sign, tree] as a displayed formula, a row for each member. */
function printChain(members) {
  const said = [];
  const rows = members.map(([sign, tree]) => {
    const { m, s } = print(tree);
    said.push(`${say(SPOKEN_SIGNS[sign])} ${s}`);
    const row = `<mo form="infix">${sign}</mo>${m}`;
    const parts = row.split(BREAK).map((part) => `<mrow>${part}</mrow>`).join("");
    return `<mtr class="plain onwards"><mtd></mtd><mtd>${parts}</mtd></mtr>`;
  });
  const words = escaped(said.join(", "));
  return `<math display="block" alttext="${words}" aria-label="${words}">`
    + `<mtable displaystyle="true">${rows.join("")}</mtable></math>`;
}

function escaped(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}
