// Predict first: results are hidden, the reader types them, and hears what is right or went wrong.

const prediction = {
  hidden: new Set(), // steps whose results are not shown
  answers: new Map(), // step → what was typed
  marks: new Map(), // step → {verdict, names, reading}
  texts: null, // the numbers that the answers are about
};
const stepOf = new Map(DATA.steps.flatMap((step, place) => (step.update ? [] : [[step.value, place]])));

/** Whether the result of a step is not to be seen. */
const isHidden = (place) => prediction.hidden.has(place);

/** Whether the number of a value is not to be seen. */
const isHiddenValue = (value) => prediction.hidden.size > 0 && isHidden(stepOf.get(value));

/** Marks every answer, in the order of the tasks: later ones may follow from earlier ones. */
function markAll() {
  const marking = new Marking(model.view);
  prediction.marks = new Map();
  for (const task of DATA.tasks) {
    const mark = marking.mark(task, prediction.answers.get(task.step) ?? "");
    if (prediction.answers.has(task.step)) prediction.marks.set(task.step, mark);
  }
}

function check() {
  const place = model.step;
  prediction.answers.set(place, byId("answer").value);
  markAll();
  const { verdict, reading: read } = prediction.marks.get(place);
  if (FINE.includes(verdict)) prediction.hidden.delete(place);
  const heard = read.fault ? faultOf(read) : say(`verdict_${verdict}`);
  model.changed();
  tellPlainly([heard, advice(place)].filter(Boolean).join(" "));
}

/** What is said of the first wrong step, and of how many are right. */
function advice(place) {
  const wrong = [...prediction.marks].filter(([, mark]) => mark.verdict === "wrong").map(([step]) => step);
  if (!wrong.length) return "";
  const first = Math.min(...wrong);
  const mark = prediction.marks.get(first);
  const name = DATA.steps[first].said;
  const where = first === place && mark.verdict === "wrong" ? "" : say("first_wrong", { place: first + 1, name });
  const [row] = mark.names;
  return [where, row ? say("misconception", { name: DATA.misconceptions[row].title }) : say("no_misconception"),
    row ? DATA.misconceptions[row].feedback : ""].filter(Boolean).join(" ");
}

function writePrediction() {
  if (prediction.texts !== model.texts) { // answers about other numbers
    prediction.answers.clear();
    prediction.marks.clear();
    prediction.texts = model.texts;
  }
  const place = model.step;
  const hidden = isHidden(place);
  const mark = prediction.marks.get(place);
  byId("ask").hidden = !hidden;
  byId("hide").hidden = hidden;
  byId("hide-all").disabled = prediction.hidden.size === DATA.steps.length;
  byId("show-all").disabled = !prediction.hidden.size;
  const field = byId("answer");
  const text = prediction.answers.get(place) ?? "";
  if (document.activeElement !== field || !hidden) field.value = text;
  if (field.dataset.step !== String(place)) {
    field.dataset.step = String(place);
    field.value = text;
  }
  const words = !mark ? "" : mark.reading.fault ? faultOf(mark.reading)
    : [say(`verdict_${mark.verdict}`), advice(place)].filter(Boolean).join(" ");
  write(byId("verdict"), words);
  byId("verdict").hidden = !words;
}

/** What stands in the list in place of a result: ?, or the answer with its mark. */
function predictedText(place) {
  const mark = prediction.marks.get(place);
  if (!mark) return "?";
  const given = prediction.answers.get(place).trim();
  return `${COUNTS.includes(mark.verdict) ? "✓" : "✗"} ${shortened(given)}`;
}

function listenToPrediction() {
  byId("hide").addEventListener("click", () => {
    prediction.hidden.add(model.step);
    prediction.answers.delete(model.step);
    prediction.marks.delete(model.step);
    model.changed();
    byId("answer").focus();
  });
  byId("hide-all").addEventListener("click", () => {
    DATA.steps.forEach((_, place) => prediction.hidden.add(place));
    prediction.answers.clear();
    prediction.marks.clear();
    model.changed();
    tell("said_hidden");
  });
  byId("show-all").addEventListener("click", () => {
    prediction.hidden.clear();
    model.changed();
    tell("said_shown");
  });
  byId("check").addEventListener("click", check);
  byId("give").addEventListener("click", () => {
    prediction.hidden.delete(model.step);
    model.changed();
    goTo(model.step);
  });
  byId("answer").addEventListener("keydown", (event) => {
    if (event.key === "Enter") check();
  });
}
