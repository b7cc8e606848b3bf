// Units that let little or nothing of the gradient through, and what that does here.

const FLAT = 0.1; // of the steepest slope: below it a unit counts as saturated

function unitNotes() {
  const { view } = model;
  return DATA.units.flatMap(({ slope, steepest, dead, cancels, name }) => {
    const [value] = evaluate(slope, view.exactly);
    const shown = inPlain(rounded(value, EPSILON * Math.abs(value), ROUNDING.digits).text);
    if (!Number.isFinite(value) || Math.abs(value) >= FLAT * steepest) return [];
    if (dead) return value === 0 ? [say("unit_dead", { unit: name })] : [];
    return [say(cancels ? "unit_cancels" : "unit_saturated", { unit: name, slope: shown })];
  });
}

function writeUnits() {
  const notes = prediction.hidden.size ? [] : unitNotes();
  const html = notes.map((note) => `<li>${note}</li>`).join("");
  const list = byId("units");
  if (list.innerHTML !== html) list.innerHTML = html;
  list.hidden = !notes.length;
}
