// One weight: its paths to the loss, the product along each and their sum; and what a nudge does.

const MOST_PATHS = 32;
const NUDGES = ["1", "0.1", "0.01", "0.001", "0.0001"];
const chooser = byId("weight");

/** The leaf that is looked at. */
const weight = () => Number(chooser.value);

/** Every path from a value to the loss, as a list of edges; null where there are too many. */
function pathsFrom(value) {
  if (value === DATA.goal) return [[]];
  const paths = [];
  for (const edge of DATA.edges[value] ?? []) {
    const onwards = pathsFrom(edge.to);
    if (!onwards || paths.length + onwards.length > MOST_PATHS) return null;
    paths.push(...onwards.map((path) => [edge, ...path]));
  }
  return paths;
}

function writePaths() {
  const { view } = model;
  const leaf = DATA.leaves[weight()];
  const paths = pathsFrom(leaf.value);
  const list = byId("paths");
  byId("paths-sum").innerHTML = "";
  lightPaths(paths ?? []);
  if (!paths) {
    list.innerHTML = "";
    write(byId("paths-sum"), say("too_many_paths", { most: MOST_PATHS }));
    return;
  }
  const products = [];
  list.innerHTML = paths.map((path) => {
    const factors = path.map((edge) => evaluate(edge.tree, view.exactly));
    const shown = factors.map((factor) => rounded(...factor, ROUNDING.digits).text);
    const product = factors.reduce(([a, e], [b, f]) => ARITHMETIC["*"]([[a, e], [b, f]]), [1, 0]);
    products.push(product);
    const names = [leaf.name, ...path.map((edge) => DATA.names[edge.to])].join(" → ");
    const chain = shown.some((text) => !text) ? say("undefined")
      : mathOf(["*", ...shown.map((text) => ["n", text])], rounded(...product, ROUNDING.digits));
    return `<li>${names}<br>${chain}</li>`;
  }).join("");
  list.querySelectorAll(".math").forEach(reachable);
  if (paths.length < 2) return;
  const terms = products.map((product) => ["n", rounded(...product, ROUNDING.digits).text]);
  const sum = view.shown(leaf.slope);
  byId("paths-sum").innerHTML = `${say("paths_sum")} ${mathOf(["+", ...terms], sum)}`;
}

/** A formula of numbers in running text, and what it comes to. */
function mathOf(tree, { text, exact }) {
  const single = tree.length === 2 ? tree[1] : tree;
  if (!text) return say("undefined");
  const { m, s } = print(single);
  const result = print(["n", text]);
  const sign = exact ? "=" : "≈";
  const words = escaped(`${s} ${say(SPOKEN_SIGNS[sign])} ${result.s}`);
  const whole = isNumber(single) ? m : `${solid(m)}<mo>${sign}</mo>${result.m}`;
  return `<span class="math"><math alttext="${words}" aria-label="${words}">${whole}</math></span>`;
}

/** The shapes on the paths: units by their circles, weights by their lines. */
function lightPaths(paths) {
  const values = new Set([DATA.leaves[weight()].value]);
  for (const edge of paths.flat()) {
    for (const value of [...DATA.shapes[edge.to], ...namesIn(edge.tree)]) values.add(value);
  }
  for (const { element, about } of shapes) {
    element.classList.toggle("path", paths.length > 0 && values.has(Number(about)));
  }
}

/** What ΔE/ε comes to for smaller and smaller ε. */
function writeNudges() {
  const { view } = model;
  const leaf = DATA.leaves[weight()];
  const from = valueOf(model.texts[weight()]);
  const slope = view.exactly(leaf.slope)[0];
  byId("nudges").innerHTML = NUDGES.map((nudge) => {
    const moved = new View(model.texts.with(weight(), String(from + Number(nudge))));
    const quotient = (moved.loss - view.loss) / (moved.exactly(leaf.value)[0] - from);
    const [there, gap] = [quotient, quotient - slope].map((value) => (
      inPlain(rounded(value, EPSILON, ROUNDING.digits).text) || say("undefined")));
    return `<tr><td>${inPlain(nudge)}</td><td>${there}</td><td>${gap}</td></tr>`;
  }).join("");
  byId("nudge-slope").innerHTML = mathOf(["+", ["n", view.shown(leaf.slope).text]], view.shown(leaf.slope));
}

function writeWeight() {
  const isHiddenHere = prediction.hidden.size > 0; // the factors would tell
  if (!byId("one").open || isHiddenHere) {
    lightPaths([]);
    for (const name of ["paths", "paths-sum", "nudges", "nudge-slope"]) byId(name).innerHTML = "";
    if (isHiddenHere) write(byId("paths-sum"), say("said_hidden_here"));
    return;
  }
  writePaths();
  writeNudges();
}

function listenToWeight() {
  chooser.addEventListener("change", writeWeight);
  byId("one").addEventListener("toggle", writeWeight);
  const choose = (leaf) => {
    if (DATA.leaves[leaf].slope < 0 || leaf === weight()) return;
    chooser.value = String(leaf);
    writeWeight();
  };
  for (const { leaf, slider, field } of rows) {
    for (const input of [slider, field]) input.addEventListener("focus", () => choose(leaf));
  }
  for (const { element, about } of shapes) {
    const leaf = leafOf.get(Number(about));
    if (leaf !== undefined) {
      element.addEventListener("click", () => {
        byId("one").open = true;
        choose(leaf);
      });
    }
  }
}
