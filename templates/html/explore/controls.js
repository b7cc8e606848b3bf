// The numbers that may be changed: a slider and a field each; undo, reset, the link.

const rows = all("[data-leaf]").map((row) => ({
  leaf: Number(row.dataset.leaf),
  slider: row.querySelector('input[type="range"]'),
  field: row.querySelector('input[type="text"]'),
}));

function writeControls() {
  for (const { leaf, slider, field } of rows) {
    const text = model.texts[leaf];
    const value = valueOf(text);
    const { low, high } = DATA.leaves[leaf];
    const [least, most] = [Math.min(low, value), Math.max(high, value)];
    if (slider.min !== String(least)) slider.min = String(least);
    if (slider.max !== String(most)) slider.max = String(most);
    if (Number(slider.value) !== value) slider.value = String(value);
    if (document.activeElement !== field) {
      const shown = inPlain(shownAsTyped(text, leaf).text);
      if (field.value !== shown) field.value = shown;
      field.removeAttribute("aria-invalid");
    }
  }
  byId("undo").disabled = !model.past.length;
  byId("reset").disabled = model.texts.every((text, place) => text === START[place]);
}

/** A slider's number with as many decimals as its range makes sensible. */
function slid(slider) {
  const reach = Number(slider.max) - Number(slider.min);
  const places = Math.max(2 - Math.floor(Math.log10(reach / 4)), 0);
  return typed(Number(slider.value).toFixed(Math.min(places, 12))).text;
}

function tellChange(leaf) {
  const { view } = model;
  tell("said_change", {
    name: DATA.leaves[leaf].said, value: inPlain(model.texts[leaf]),
    loss: DATA.values[DATA.goal][4], error: isHiddenValue(DATA.goal) ? "?" : inPlain(view.shown(DATA.goal).text) || say("undefined"),
  });
}

function listenToControls() {
  for (const { leaf, slider, field } of rows) {
    let moving = false; // one drag is one change to undo
    slider.addEventListener("input", () => {
      model.change(leaf, slid(slider), !moving);
      moving = true;
      tellChange(leaf);
    });
    slider.addEventListener("change", () => { moving = false; });
    slider.step = String((DATA.leaves[leaf].high - DATA.leaves[leaf].low) / 400);
    field.addEventListener("focus", () => { field.value = inPlain(model.texts[leaf]); });
    let typing = false;
    field.addEventListener("input", () => {
      const number = typed(field.value);
      field.setAttribute("aria-invalid", String(!number));
      if (!number) return;
      model.change(leaf, number.text, !typing);
      typing = true;
    });
    field.addEventListener("change", () => {
      typing = false;
      if (typed(field.value)) tellChange(leaf);
      else tellPlainly(faultOf(reading(field.value)));
    });
    field.addEventListener("blur", () => {
      typing = false;
      writeControls();
    });
  }
  byId("undo").addEventListener("click", () => {
    model.undo();
    tell("said_undo");
  });
  byId("reset").addEventListener("click", () => {
    model.set([...START]);
    tell("said_reset");
  });
  byId("link").addEventListener("click", async () => {
    writeAddress();
    try {
      await navigator.clipboard.writeText(window.location.href);
      tell("said_copied");
    } catch {
      window.prompt("", window.location.href);
    }
  });
  panel.addEventListener("keydown", (event) => {
    const editing = event.target.matches('input[type="text"]');
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !editing) {
      event.preventDefault();
      byId("undo").click();
    }
  });
}
