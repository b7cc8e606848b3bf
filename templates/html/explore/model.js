// The state of the panel, and every value that follows from it.
//
// The state is the list of the numbers as they were typed, one for each leaf. A view of it gives the
// values: from the compiled function where that has them, from the page's formulas where not.

const START = DATA.leaves.map((leaf) => leaf.text);
const ROUNDING = DATA.rounding;
const TYPED_MORE = 3; // decimals beyond those on display that somebody may type
const leafOf = new Map(DATA.leaves.map((leaf, place) => [leaf.value, place]));

/** All values of one state; `exactly(value)` is [value, error], `shown(value)` what is displayed. */
class View {
  constructor(texts) {
    this.texts = texts;
    this.rounding = ROUNDING;
    this.known = [];
    this.display = [];
    this.exactly = (value) => (this.known[value] ??= this.found(value));
    this.shown = (value) => (this.display[value] ??= this.displayedOf(value));
  }

  /** What the compiled function gives back for this state. */
  get computed() {
    const given = DATA.given.map((group) => group.map((value) => this.exactly(value)[0]));
    Object.defineProperty(this, "computed", { value: COMPILED.values(...given) });
    return this.computed;
  }

  found(value) {
    const leaf = leafOf.get(value);
    const [place, minus, tree, exact] = DATA.values[value];
    if (leaf !== undefined && place < 0) return evaluate(["n", this.texts[leaf]], this.exactly);
    const given = place < 0 ? null : this.computed[place];
    const [worked, error] = given === null || exact ? evaluate(tree, this.exactly) : [0, 0];
    const result = given === null ? worked : minus ? -given : given;
    return [result, exact ? error : 4 * EPSILON * Math.abs(result)];
  }

  displayedOf(value) {
    const leaf = leafOf.get(value);
    if (leaf !== undefined) {
      return shownAsTyped(this.texts[leaf], leaf);
    }
    const [, , tree] = DATA.values[value];
    if (ROUNDING.carried && tree !== null) return this.workedOut(tree).result;
    return rounded(...this.exactly(value), ROUNDING.digits);
  }

  /** The chain of a formula, of a value where one is named. */
  workedOut(tree, digits = ROUNDING.digits, value = null) {
    return workedOut(tree, this, digits, value === null ? undefined : this.exactly(value));
  }

  /** The chain of a step. */
  step({ tree, update, value }) {
    if (!update) return this.workedOut(tree, ROUNDING.digits, value);
    const { members: [[, first], ...others], result } = this.workedOut(tree, ROUNDING.update);
    return { members: [["←", first], ...others], result };
  }

  /** What an update comes to, without the chain. */
  updated({ tree }) {
    if (ROUNDING.carried) return this.workedOut(tree, ROUNDING.update).result;
    return rounded(...evaluate(tree, this.exactly), ROUNDING.update);
  }

  get loss() {
    return this.exactly(DATA.goal)[0];
  }
}

/** A number as it was typed; one of descent, with more digits than anybody types, as computed. */
function shownAsTyped(text, leaf) {
  const value = valueOf(text);
  const decimals = (text.split(".")[1] ?? "").length;
  if (text === START[leaf] || decimals <= ROUNDING.digits + TYPED_MORE) return { text, value, exact: true };
  return rounded(value, EPSILON * Math.abs(value), ROUNDING.digits);
}

const model = {
  texts: [...START],
  view: new View(START),
  step: 0,
  past: [], // states to go back to
  listeners: [],

  /** Another state; `undoable` where one may go back to the one before. */
  set(texts, undoable = true) {
    if (texts.every((text, place) => text === this.texts[place])) return;
    if (undoable) this.past.push(this.texts);
    this.texts = texts;
    this.view = new View(texts);
    this.changed();
  },

  change(leaf, text, undoable = true) {
    this.set(this.texts.map((old, place) => (place === leaf ? text : old)), undoable);
  },

  undo() {
    const before = this.past.pop();
    if (before) this.set(before, false);
  },

  go(step) {
    this.step = Math.min(Math.max(step, 0), DATA.steps.length - 1);
    this.changed();
  },

  changed() {
    this.listeners.forEach((listener) => listener());
  },
};
