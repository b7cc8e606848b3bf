// Formulas as trees: what they come to, and how a page works them out line by line.
//
// A tree is the number of a value, or a list that begins with a sign: ["+", 3, ["n", "0.5"]]. It is
// data: nothing that is typed ever becomes one. Every result is a pair [value, error], the error of
// computing with doubles carried along, so that 0.1 + 0.2 is known to be 0.3.

const MOST_PLACES = 12; // decimals that a pocket calculator shows
const ELEMENTARY = {
  exp: Math.exp, ln: Math.log, sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, sinh: Math.sinh,
  cosh: Math.cosh, tanh: Math.tanh, atan: Math.atan, sign: Math.sign, abs: Math.abs,
  erf: (x) => COMPILED.erf(x), // the compiled function brings it where a formula has it
};
const COMPARE = {
  "<": (gap) => gap < 0, "<=": (gap) => gap <= 0, ">": (gap) => gap > 0,
  ">=": (gap) => gap >= 0, "==": (gap) => gap === 0, "!=": (gap) => gap !== 0,
};

/** What a tree comes to; `known` gives [value, error] of the value with a number. */
function evaluate(tree, known, inputs = []) {
  if (typeof tree === "number") return known(tree);
  const [sign, ...rest] = tree;
  if (sign === "n") {
    const value = valueOf(rest[0]);
    return [value, Number.isInteger(value) ? 0 : EPSILON * Math.abs(value)];
  }
  if (sign === "v") return inputs[rest[0]];
  if (sign === "c") return rest[0] === "pi" ? [Math.PI, 2e-16] : [Math.E, 2e-16];
  if (sign === "?") return evaluate(chosen(tree, known, inputs), known, inputs);
  if (sign === "f") {
    const given = rest.slice(1).map((part) => evaluate(part, known, inputs));
    return applied(rest[0], given, known);
  }
  return ARITHMETIC[sign](rest.map((part) => evaluate(part, known, inputs)));
}

const ARITHMETIC = {
  "+": (terms) => terms.reduce(([a, e], [b, f]) => [a + b, e + f + EPSILON * Math.abs(a + b)]),
  "*": (factors) => factors.reduce(([a, e], [b, f]) => [
    a * b, Math.abs(a) * f + Math.abs(b) * e + EPSILON * Math.abs(a * b)]),
  "/": ([[a, e], [b, f]]) => [
    a / b, (e + Math.abs(a / b) * f) / Math.abs(b) + EPSILON * Math.abs(a / b)],
  "^": ([[a, e], [n, f]]) => {
    const value = a ** n;
    const moved = Math.abs(n * a ** (n - 1)) * e + (f ? Math.abs(value * Math.log(a)) * f : 0);
    return [value, moved + 2 * EPSILON * Math.abs(value)];
  },
  "-": ([[a, e]]) => [-a, e],
  "[": ([inner]) => inner,
};

function applied(name, given, known) {
  if (name === "max" || name === "min") {
    const larger = given[0][0] >= given[1][0];
    return given[larger === (name === "max") ? 0 : 1];
  }
  const { tree } = DATA.functions[name];
  if (tree) return evaluate(tree, known, given);
  const [[x, error]] = given;
  const value = ELEMENTARY[name](x);
  const aside = [x - error, x + error].map((at) => Math.abs(ELEMENTARY[name](at) - value));
  return [value, Math.max(...aside.filter(Number.isFinite), 0) + 2 * EPSILON * Math.abs(value)];
}

/** The branch of a choice that holds. */
function chosen([, values, conditions], known, inputs) {
  const place = conditions.findIndex(([sign, left, right]) => {
    const [[a, e], [b, f]] = [left, right].map((side) => evaluate(side, known, inputs));
    return COMPARE[sign](Math.abs(a - b) <= 4 * (e + f) ? 0 : a - b);
  });
  return values[place < 0 ? values.length - 1 : place];
}

// -- trees made of trees -------------------------------------------------------------------------

const isList = Array.isArray;
const isNumber = (tree) => isList(tree) && tree[0] === "n";
const isName = (tree) => typeof tree === "number";
const isLeaf = (tree) => isName(tree) || ["n", "c", "v"].includes(tree[0]);

/** The tree with `change` applied to every node, children before parents. */
function rewritten(tree, change) {
  if (isLeaf(tree)) return change(tree);
  const [sign, ...rest] = tree;
  if (sign === "?") {
    const [values, conditions] = rest.map((side) => side.map((part) => rewritten(part, change)));
    return change([sign, values, conditions]);
  }
  const kept = sign === "f" ? [sign, rest.shift()] : [sign];
  return change([...kept, ...rest.map((part) => rewritten(part, change))]);
}

/** The numbers of the values that a tree mentions, each once. */
function namesIn(tree, names = new Set()) {
  rewritten(tree, (node) => {
    if (isName(node)) names.add(node);
    return node;
  });
  return names;
}

/** 1/(1 + e^(−h1)) for σ(h1), and the branch that holds; relu(h1) stays, its branch says no more. */
function opened(tree, view) {
  let named = tree;
  if (isList(tree) && tree[0] === "f") {
    const { tree: formula, long } = DATA.functions[tree[1]];
    const given = tree.slice(2);
    if (formula && !long) {
      named = withArguments(formula, given);
    }
  }
  const open = rewritten(named, (node) => (
    isList(node) && node[0] === "?" ? chosen(node, view.exactly, []) : node));
  const saysNoMore = isName(open) || isNumber(open);
  return saysNoMore && isList(tree) && tree[0] === "f" ? tree : open;
}

/** The formula that holds at a point: functions written out, every choice made. */
function smooth(tree, known) {
  return rewritten(tree, (node) => {
    if (!isList(node)) return node;
    if (node[0] === "?") return chosen(node, known, []);
    const formula = node[0] === "f" && DATA.functions[node[1]].tree;
    return formula ? smooth(withArguments(formula, node.slice(2)), known) : node;
  });
}

const withArguments = (formula, given) => rewritten(formula, (node) => (
  isList(node) && node[0] === "v" ? given[node[1]] : node));

// -- line by line --------------------------------------------------------------------------------

/** The members [sign, tree] of the chain that works a formula out, and its result.
 *
 * `view` has the values: `exactly` a value with its error, `shown` what is displayed for it.
 * `known` is the value itself, where it is known better than by the formula.
 */
function workedOut(tree, view, digits, known) {
  const { carried, parts } = view.rounding;
  const open = opened(tree, view);
  if (isName(open)) {
    const same = view.shown(open);
    return { members: [[carried || same.exact ? "=" : "≈", ["n", same.text]]], result: same };
  }
  const exact = known ?? evaluate(tree, view.exactly);
  const numbers = putIn(open, view, digits);
  let members = [inserted(open, numbers)];
  const inner = parts ? innerParts(open, numbers, view, digits) : null;
  if (inner) members.push(inner);
  const result = carried ? rounded(...printed(members.at(-1)), digits) : rounded(...exact, digits);
  members.push(["n", result.text]);
  if (!carried) members = members.filter((member) => Number.isFinite(printed(member)[0]));
  return { members: related(members, carried ? printed(members[0]) : exact, carried), result };
}

/** Each member after "=" where its digits give the value, and "≈" where they do not. */
function related(members, target, carried) {
  const relations = [];
  for (const member of members) {
    const last = relations.at(-1);
    if (last && printsAlike(last[1], member)) {
      if (last[1][0] === "-") last[1] = member; // −(0.5) stands as −0.5
      continue;
    }
    const value = printed(member);
    relations.push([equal(value, target) ? "=" : "≈", member]);
    if (carried) target = value;
  }
  return relations;
}

const printed = (tree) => evaluate(tree, () => [NaN, 0]);
const equal = ([a, e], [b, f]) => Math.abs(a - b) <= 4 * (e + f);
const inserted = (tree, numbers) => rewritten(tree, (node) => (
  isName(node) ? ["n", numbers.get(node)] : node));

/** What is put in for each name: the digits on display, or more where these come to nonsense. */
function putIn(open, view, digits) {
  const names = [...namesIn(open)];
  const plain = new Map(names.map((name) => [name, view.shown(name).text]));
  if (view.rounding.carried) return plain;
  const [value, error] = evaluate(open, view.exactly);
  let numbers = plain;
  for (let places = digits + 1; places <= MOST_PLACES; places += 1) {
    if (!misleads(inserted(open, numbers), value, error)) return numbers;
    numbers = new Map(names.map((name) => {
      const shown = view.shown(name);
      return [name, shown.exact ? shown.text : rounded(...view.exactly(name), places).text];
    }));
  }
  return plain;
}

function misleads(tree, value, error) {
  const [reached] = printed(tree);
  if (!Number.isFinite(reached)) return true;
  return Math.abs(value) > 4 * error && Math.abs(reached - value) > Math.abs(value) / 2;
}

/** The formula with the composite parts just below its root worked out; null where there are none. */
function innerParts(open, numbers, view, digits) {
  const [sign, ...children] = open;
  if (isLeaf(open) || sign === "f" || sign === "?") return null;
  let changed = false;
  const parts = children.map((child, position) => {
    const wrapped = isList(child) && (child[0] === "-" || child[0] === "[");
    const part = wrapped ? child[1] : child;
    if (isAtomic(part)) return inserted(child, numbers);
    changed = true;
    const value = view.rounding.carried
      ? printed(inserted(part, numbers)) : evaluate(part, view.exactly);
    const { text } = rounded(...value, digits);
    // −(a·b) keeps its minus, [a + b] loses its []; 1 − 0 is written, −0 is not.
    const minus = Number(text) !== 0 || (position && sign === "+");
    return minus && wrapped && child[0] === "-" ? ["-", ["n", text]] : ["n", text];
  });
  const isNothing = sign === "-" && parts.length === 1 && isNumber(parts[0]) && parts[0][1] === "0";
  return changed && !isNothing ? [sign, ...parts] : null;
}

const isAtomic = (part) => isName(part) || isNumber(part)
  || (part[0] === "^" && (isName(part[1]) || isNumber(part[1])));

/** Whether a member would say again what stands before it: 0 = 0, −(0.5) = −0.5. */
function printsAlike(a, b) {
  return JSON.stringify(withItsSign(a)) === JSON.stringify(withItsSign(b));
}

function withItsSign(tree) {
  const minus = isList(tree) && tree[0] === "-" && isNumber(tree[1]) && valueOf(tree[1][1]) > 0;
  return minus ? ["n", `-${tree[1][1]}`] : tree;
}
