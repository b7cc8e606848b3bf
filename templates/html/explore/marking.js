// Whether an answer is right: the rules of marking worksheets, on the numbers of this page.
//
// Tasks stand in the order in which they can be worked out. Each line is held against what it comes
// to from the page's numbers, and from the reader's own earlier ones; a wrong one gets the names of
// the misconceptions whose value it is. The formulas of both are data of the page, DATA.tasks.

const FINE = ["right", "coarse"];
const COUNTS = ["right", "coarse", "follows"];
const FEWEST = 2; // digits of a value that must be seen
const FEWER = 2; // decimals that may lack where an answer is not wrong, but too short to count
const FEWEST_NAMED = 3; // digits by which a number with fewer than asked for is told from others
const TIE = 1e-9; // of a unit: half of one may be rounded either way
const CURVED = 0.01; // of half a unit: an error is worked out by slopes alone
const MOST = 10 ** -ROUNDING.digits; // the unit of the last decimal asked for

/** Marks of answers, line after line. */
class Marking {
  constructor(view) {
    this.view = view;
    this.key = new Map(); // value → {number, error}: of the page, with the errors of its lines
    this.own = new Map(); // of the reader
    this.mistaken = new Set();
    this.short = new Set();
  }

  /** What a value is worth: an own number, or the one on display, which may be rounded. */
  worth(value, numbers) {
    const known = numbers.get(value);
    if (known) return known;
    const shown = this.view.shown(value);
    const isRounded = !leafOf.has(value) && !shown.exact;
    return { number: shown.value, error: isRounded ? halfUnit(shown.text) : 0 };
  }

  /** What a formula comes to with some numbers, and how far their errors can move it. */
  worked(tree, numbers, fewer = 0) {
    const names = [...namesIn(tree)];
    const given = new Map(names.map((name) => [name, this.worth(name, numbers)]));
    const places = ROUNDING.digits - fewer;
    const put = new Map(names.map((name) => {
      const { number } = given.get(name);
      return [name, fewer ? halfEven(number, places) : number];
    }));
    const centre = (name) => [put.get(name), 0];
    const [value] = evaluate(tree, centre);
    if (!Number.isFinite(value)) return null;
    let error = 0;
    const formula = smooth(tree, centre); // an error moves nothing over to another branch
    const at = (name, moved) => evaluate(
      formula, (other) => [other === name ? moved : put.get(other), 0])[0];
    for (const name of names) {
      const aside = given.get(name).error;
      if (aside) error += Math.abs(at(name, put.get(name) + aside) - at(name, put.get(name) - aside)) / 2;
    }
    return { value, error, exact: names.every((name) => !given.get(name).error) };
  }

  /** A formula with the reader's numbers, and which of them are wrong, too short, or nothing. */
  way(tree) {
    const names = [...namesIn(tree)];
    return {
      tree,
      mistaken: names.filter((name) => this.mistaken.has(name)),
      short: names.filter((name) => this.short.has(name)),
      nothing: names.filter((name) => isNone(
        this.worth(name, this.own).number, this.worth(name, this.key).number)),
      result: this.worked(tree, this.own),
    };
  }

  /** The mark of a line, {verdict, names}. */
  mark(task, answer) {
    if (task.renames) return this.rename(task);
    const { view } = this;
    const shown = task.update ? view.workedOut(task.tree, ROUNDING.update).result : view.shown(task.value);
    const right = this.worked(task.tree, this.key);
    const unit = Math.min(2 * halfUnit(shown.text), MOST);
    if (!task.update) this.key.set(task.value, goingOn(shown.value, unit / 2 + (right?.error ?? 0), right));
    const own = this.way(task.tree);
    const read = reading(answer);
    if (read.value === undefined) {
      this.skip(task, unit, own);
      return { verdict: read.fault ? "unreadable" : "missing", names: [], reading: read };
    }
    const line = { shown, unit, right, old: task.update ? this.worth(task.value, this.key).number : null };
    const { verdict, way } = this.verdict(read, line, own);
    const names = verdict === "wrong" ? this.names(task, read, unit) : [];
    this.wrote(task, read, unit, verdict, way, right);
    return { verdict, names, reading: read };
  }

  /** a_o1 = o1 behind an identity: another name, not asked for. */
  rename({ value, tree }) {
    for (const numbers of [this.key, this.own]) numbers.set(value, this.worth(tree, numbers));
    for (const some of [this.mistaken, this.short]) if (some.has(tree)) some.add(value);
    return { verdict: "missing", names: [], reading: {} };
  }

  // -- the rule ---------------------------------------------------------------------------------

  verdict(read, line, way) {
    const { right, unit } = line;
    if (right && isValue(read, right, unit)) return { verdict: "right" };
    const asShown = { value: line.shown.value, error: right?.error ?? 0, exact: right?.exact ?? false };
    if (isRounded(read, asShown, unitOf(read, unit))) return { verdict: "right" };
    const fewer = right ? shorter(read, right, line) : null;
    if (way.result && isValue(read, way.result, unit)) {
      const verdict = this.following(way, unit, "right");
      if (!fewer || COUNTS.includes(verdict)) return { verdict, way };
    }
    if (fewer) return { verdict: fewer };
    const short = way.result ? shorter(read, way.result, line) : null;
    return short ? { verdict: this.following(way, unit, short), way } : { verdict: "wrong" };
  }

  /** What an answer is that comes from these numbers; `otherwise` where all are fine. */
  following(way, unit, otherwise) {
    const { mistaken, short } = way;
    if ((!mistaken.length && !short.length) || otherwise === "vague") return otherwise;
    const work = this.isWork(way, unit / 2);
    if (mistaken.length) return work ? "follows" : "trivial";
    return work ? otherwise : "vague";
  }

  /** Whether there was work to do: a mistaken number makes a difference, or two others do. */
  isWork({ tree, mistaken, short, nothing, result }, least) {
    let others = 0;
    for (const name of namesIn(tree)) {
      if (nothing.includes(name) || !this.matters(name, tree, result.value, least)) continue;
      if (mistaken.includes(name) || short.includes(name)) return true;
      others += 1;
    }
    return others > 1;
  }

  matters(name, tree, value, least) {
    const { number } = this.worth(name, this.own);
    return number !== 0 && [0, -number].some((other) => {
      const changed = this.worked(tree, new Map(this.own).set(name, { number: other, error: 0 }));
      return !changed || Math.abs(changed.value - value) > least;
    });
  }

  /** The misconceptions whose value was written, the likelier first. */
  names({ slips }, read, unit) {
    const candidates = slips.flatMap(([name, fewer, tree]) => [this.own, this.key]
      .map((numbers) => [name, this.worked(tree, numbers, fewer)]).filter(([, result]) => result));
    const those = (fits) => [...new Set(candidates.filter(([, result]) => fits(result)).map(([name]) => name))];
    const names = those((result) => isRounded(read, result, unitOf(read, unit)));
    if (names.length || read.digits < FEWEST_NAMED) return names;
    return those((result) => isRounded(read, result, read.unit) || isCutOff(read, result));
  }

  // -- what a line adds ---------------------------------------------------------------------------

  wrote(task, read, unit, verdict, way, right) {
    if (task.update) return;
    this.own.set(task.value, goingOn(read.value, unitOf(read, unit) / 2, way ? way.result : right));
    if (verdict === "vague" || (FINE.includes(verdict) && way?.short.length)) this.short.add(task.value);
    else if (!FINE.includes(verdict)) this.mistaken.add(task.value);
  }

  /** No number: one goes on with what the line would have come to, where that rests on a mistake. */
  skip(task, unit, own) {
    if (task.update || !own.mistaken.length || !own.result) return;
    this.own.set(task.value, { number: own.result.value, error: own.result.error + unit / 2 });
    this.mistaken.add(task.value);
  }
}

// -- nearness -------------------------------------------------------------------------------------

const unitOf = (read, unit) => Math.max(unit, Math.min(read.unit, MOST));
const isValue = (read, result, unit) => isRounded(read, result, unitOf(read, unit))
  || (read.unit <= MOST * (1 + TIE) && isCutOff(read, result));
const slack = ({ exact, value }, unit) => (unit / 2) * (exact ? TIE : CURVED) + 4 * EPSILON * Math.abs(value);

/** Whether an answer is a value, rounded to this unit. */
function isRounded({ written, value }, result, unit) {
  const away = Math.abs((written ?? value) - result.value);
  return away <= result.error + unit / 2 + slack(result, unit);
}

/** Whether an answer is a value, cut off behind the last digit written. */
function isCutOff({ written, value, unit }, result) {
  const at = written ?? value;
  const lost = Math.abs(result.value) - Math.abs(at);
  if (at * result.value < 0 || lost < -result.error - unit * TIE) return false;
  return result.exact ? lost < unit * (1 - TIE) : lost < unit + result.error + slack(result, unit);
}

/** What an answer is that is a value with the digits that are written, if it is one. */
function shorter(read, result, line) {
  const rounds = isRounded(read, result, read.unit);
  if (!rounds && !isCutOff(read, result)) return null;
  const digits = Math.min(read.digits, seen(result.value, read.unit));
  const hasMoved = line.old === null || read.unit < Math.abs(result.value - line.old);
  if (digits >= FEWEST && hasMoved) return "coarse";
  const near = read.unit <= MOST * 10 ** FEWER * (1 + TIE);
  return near || (rounds && digits > 0) ? "vague" : null;
}

/** How many digits of a value are left at a unit. */
function seen(value, unit) {
  if (!value || !unit) return FEWEST;
  const power = (number) => Number(Math.abs(number).toExponential(12).split("e")[1]);
  return power(value) - power(unit) + 1;
}

/** Half a unit of the last digit on display. */
function halfUnit(text) {
  const [mantissa, power = "0"] = text.split("e");
  return 0.5 * 10 ** (Number(power) - (mantissa.split(".")[1] ?? "").length);
}

function halfEven(number, places) {
  const scale = 10 ** Math.max(places, 0);
  const whole = Math.floor(number * scale);
  const rest = number * scale - whole;
  const up = Math.abs(rest - 0.5) < 1e-7 ? whole % 2 !== 0 : rest > 0.5;
  return (whole + (up ? 1 : 0)) / scale;
}

/** A number to go on with; exact where it is all that a line of exact numbers comes to. */
function goingOn(number, error, result) {
  const all = result?.exact && Math.abs(number - result.value) <= 4 * EPSILON * Math.abs(number);
  return { number, error: all ? 0 : error };
}

const isNone = (own, key) => Math.abs(own) <= MOST * (1 + TIE)
  && (!key || 10 * Math.abs(own) < Math.abs(key));
