// What is on the screen, kept in step with the values: lists, labels of the drawings, what is lit.

const panel = document.getElementById("explore");
const all = (selector) => [...panel.querySelectorAll(selector)];
const byId = (name) => document.getElementById(`explore-${name}`);
const inList = all("[data-value]").map((element) => [element, Number(element.dataset.value)]);
const results = all("[data-result]").map((element) => [element, Number(element.dataset.result)]);
const shapes = all("g[data-about]").map((element) => ({
  element, about: element.dataset.about, live: [...element.querySelectorAll(".live")],
}));

/** Writes only what differs: most of a page stays as it is. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function signed({ text, exact }) {
  return text ? `${exact ? "=" : "≈"} ${inPlain(text)}` : say("undefined");
}

function inOpenList(element) {
  const closed = element.closest("details:not([open])");
  return !closed;
}

function writeLists() {
  const { view } = model;
  for (const [element, value] of inList) {
    if (inOpenList(element)) write(element, signed(view.shown(value)));
  }
  for (const [element, place] of results) {
    if (inOpenList(element)) write(element, signed(resultOf(place)));
  }
  byId("summary").textContent = say("summary", {
    loss: DATA.values[DATA.goal][4], error: inPlain(view.shown(DATA.goal).text) || say("undefined"),
    start: inPlain(start.shown(DATA.goal).text),
  });
}

const start = new View(START);

/** What a step ends in. */
function resultOf(place) {
  const step = DATA.steps[place];
  return step.update ? model.view.step(step).result : model.view.shown(step.value);
}

function writeShapes() {
  const { view } = model;
  for (const { about, live } of shapes) {
    if (!live.length) continue;
    const shown = about.startsWith("+")
      ? view.workedOut(DATA.labels[Number(about)]).result : view.shown(Number(about));
    for (const element of live) {
      const named = /^[=≈]/.test(element.textContent);
      write(element, named ? signed(shown) : inPlain(shown.text) || "?");
    }
  }
}

/** Lights what a step is about, and what it uses. */
function light(step) {
  const used = namesIn(step.tree);
  for (const { element, about } of shapes) {
    const value = about.startsWith("+") ? NaN : Number(about);
    element.classList.toggle("lit", value === step.value);
    element.classList.toggle("used", value !== step.value && used.has(value));
  }
}

let spoken;

/** Tells a screen reader, once things have come to rest. */
function tell(sentence, given) {
  clearTimeout(spoken);
  spoken = setTimeout(() => write(byId("said"), say(sentence, given)), 250);
}
