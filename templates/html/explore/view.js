// What is on the screen, kept in step with the values: lists, labels of the drawings, what is lit.

const panel = document.getElementById("explore");
const all = (selector) => [...panel.querySelectorAll(selector)];
const byId = (name) => document.getElementById(`explore-${name}`);
const inList = all("[data-value]").map((element) => (
  { element, list: element.closest("details"), value: Number(element.dataset.value) }));
const results = all("[data-result]").map((element) => (
  { element, list: element.closest("details"), place: Number(element.dataset.result) }));
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

const isOpen = ({ list }) => !list || list.open;

function writeLists() {
  const { view } = model;
  panel.querySelector(".start").hidden = isHiddenValue(DATA.goal);
  for (const { element, value } of inList.filter(isOpen)) {
    write(element, isHiddenValue(value) ? "?" : signed(view.shown(value)));
  }
  for (const { element, place } of results.filter(isOpen)) {
    write(element, isHidden(place) ? predictedText(place) : signed(resultOf(place)));
  }
}

/** What a step ends in. */
function resultOf(place) {
  const step = DATA.steps[place];
  return step.update ? model.view.updated(step) : model.view.shown(step.value);
}

function writeShapes() {
  const { view } = model;
  for (const { about, live } of shapes) {
    if (!live.length) continue;
    const isTree = about.startsWith("+");
    const unknown = isTree ? treeIsHidden(Number(about)) : isHiddenValue(Number(about));
    const shown = unknown ? null
      : isTree ? view.workedOut(DATA.labels[Number(about)]).result : view.shown(Number(about));
    for (const element of live) {
      const named = /^[=≈]/.test(element.textContent);
      if (unknown) write(element, named ? "= ?" : "?");
      else write(element, named ? signed(shown) : inPlain(shown.text) || "?");
    }
  }
}

/** Whether a product on a wire would tell a hidden value. */
function treeIsHidden(label) {
  return [...namesIn(DATA.labels[label])].some(isHiddenValue);
}

/** Lights what a step is about, and what it uses. */
function light(step) {
  for (const { element, about } of shapes) {
    const value = about.startsWith("+") ? NaN : Number(about);
    const isLit = step.lit.includes(value);
    element.classList.toggle("lit", isLit);
    element.classList.toggle("used", !isLit && step.used.includes(value));
  }
}

/** What takes longer than a frame is written once a slider pauses. */
function soon(task, pause = 40) {
  let waiting;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(task, pause);
  };
}

let spoken;

/** Tells a screen reader, once things have come to rest. */
function tell(sentence, given) {
  tellPlainly(say(sentence, given));
}

function tellPlainly(text) {
  clearTimeout(spoken);
  spoken = setTimeout(() => write(byId("said"), text), 250);
}
