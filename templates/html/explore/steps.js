// Step by step through the derivation: formula, the numbers put in, the result, and why.

const KEYS = {
  ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last",
};
const GO = {
  first: () => 0, back: () => model.step - 1, on: () => model.step + 1,
  last: () => DATA.steps.length - 1,
};
const links = all("[data-step]");
let written = -1; // the step whose formula stands there

function writeStep() {
  const step = DATA.steps[model.step];
  const count = DATA.steps.length;
  write(byId("place"), say("place", { place: model.step + 1, count }));
  if (written !== model.step) {
    byId("formula").innerHTML = step.formula;
    byId("why").innerHTML = step.why;
    links.forEach((link, place) => {
      const isNow = place === model.step;
      link.closest("li").classList.toggle("now", isNow);
      if (isNow) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    light(step);
    written = model.step;
  }
  byId("chain").innerHTML = isHidden(model.step) ? "" : printChain(model.view.step(step).members);
  sized.disconnect(); // told of the sizes when they are known, and not before
  for (const box of panel.querySelectorAll(".stepper .display")) sized.observe(box);
  for (const [name, ends] of [["first", 0], ["back", 0], ["on", count - 1], ["last", count - 1]]) {
    panel.querySelector(`[data-go="${name}"]`).disabled = model.step === ends;
  }
}

const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => reachable(target)));

/** A box that scrolls takes the focus, so that the keyboard can scroll it. */
function reachable(box) {
  const scrolls = box.scrollWidth > box.clientWidth + 1;
  if (!scrolls) {
    box.removeAttribute("tabindex");
    return;
  }
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("wide_formula"));
}

function goTo(step) {
  model.go(step);
  const { said } = DATA.steps[model.step];
  tell("said_step", {
    place: model.step + 1, count: DATA.steps.length, name: said,
    value: isHidden(model.step) ? "?" : inPlain(resultOf(model.step).text) || say("undefined"),
  });
}

function listenToSteps() {
  const stepper = byId("stepper");
  all("[data-go]").forEach((button) => {
    button.addEventListener("click", () => goTo(GO[button.dataset.go]()));
  });
  links.forEach((link, place) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(place);
      stepper.focus({ preventScroll: true });
      stepper.scrollIntoView({ block: "nearest" });
    });
  });
  stepper.addEventListener("keydown", (event) => {
    const name = KEYS[event.key];
    if (!name || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input")) return;
    event.preventDefault();
    goTo(GO[name]());
  });
}
