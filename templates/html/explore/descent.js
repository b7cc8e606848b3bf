// Gradient descent from the numbers of now: one step or many, the losses, and the way ahead.

const RUN = 100;
const LISTED = 8; // rows of the table
const SAMPLES = 40;
const RATE_LEAF = DATA.leaves.length - 1; // the learning rate stands last
const trained = DATA.leaves.flatMap((leaf, place) => (leaf.slope < 0 ? [] : [place]));
const descent = { losses: [], texts: null }; // of the epochs so far, and where they led

const shownLoss = (loss) => inPlain(rounded(loss, EPSILON * Math.abs(loss), ROUNDING.digits).text)
  || say("undefined");

/** The numbers after a step of some length against the gradient. */
function stepped(view, rate) {
  const texts = [...view.texts];
  for (const leaf of trained) {
    const moved = valueOf(texts[leaf]) - rate * view.exactly(DATA.leaves[leaf].slope)[0];
    texts[leaf] = decimalText(moved);
  }
  return texts;
}

/** A number with the digits that matter. */
function decimalText(value) {
  return Number.isFinite(value) ? reading(value.toPrecision(12)).text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") : "";
}

function descend(count) {
  const rate = valueOf(model.texts[RATE_LEAF]);
  if (descent.texts !== model.texts) descent.losses = [model.view.loss];
  let { texts } = model;
  for (let epoch = 0; epoch < count; epoch += 1) {
    const next = stepped(new View(texts), rate);
    const loss = next.includes("") ? NaN : new View(next).loss;
    if (!Number.isFinite(loss)) {
      tell("said_diverged");
      break;
    }
    texts = next;
    descent.losses.push(loss);
  }
  descent.texts = texts;
  model.set(texts);
  tell("said_descent", {
    count: descent.losses.length - 1, loss: DATA.values[DATA.goal][4],
    error: shownLoss(descent.losses.at(-1)),
  });
}

function writeDescent() {
  if (!byId("descent").open) return;
  const { view } = model;
  if (descent.texts !== model.texts) descent.losses = [];
  writeLosses();
  if (prediction.hidden.size) { // the loss would be told
    byId("ahead").innerHTML = "";
    write(byId("ahead-words"), say("said_hidden_here"));
    return;
  }
  writeAhead(view);
}

function writeLosses() {
  const { losses } = descent;
  const last = losses.length - 1;
  byId("losses").innerHTML = last < 1 ? "" : plot(
    [{ points: losses.map((loss, epoch) => [epoch, loss]) }],
    [{ x: 0, y: losses[0], words: shownLoss(losses[0]) }, { x: last, y: losses[last], words: shownLoss(losses[last]) }],
    {
      title: say("losses_title"), start: "0", end: say("epochs", { count: last }),
      description: say("losses_description", { first: shownLoss(losses[0]), last: shownLoss(losses[last]), count: last }),
    });
  const first = Math.max(losses.length - LISTED, 0);
  byId("epochs").innerHTML = losses.slice(first)
    .map((loss, place) => `<tr><td>${first + place}</td><td>${shownLoss(loss)}</td></tr>`).join("");
  byId("epochs").closest("table").hidden = last < 1;
}

/** The loss along −gradient beside the straight line that the gradient predicts. */
function writeAhead(view) {
  const rate = valueOf(model.texts[RATE_LEAF]);
  const square = trained.reduce((sum, leaf) => sum + view.exactly(DATA.leaves[leaf].slope)[0] ** 2, 0);
  const lossAt = (length) => {
    const texts = stepped(view, length);
    return texts.includes("") ? NaN : new View(texts).loss;
  };
  const reach = 2 * rate || 1;
  const lengths = Array.from({ length: SAMPLES + 1 }, (_, place) => (reach * place) / SAMPLES);
  const predicted = view.loss - rate * square;
  const there = lossAt(rate);
  const values = {
    rate: inPlain(model.texts[RATE_LEAF]), predicted: shownLoss(predicted), there: shownLoss(there),
    loss: DATA.values[DATA.goal][4],
  };
  byId("ahead").innerHTML = plot(
    [{ points: lengths.map((length) => [length, lossAt(length)]) },
      { points: [[0, view.loss], [reach, view.loss - reach * square]], dashed: true }],
    [{ x: rate, y: there, words: say("ahead_mark", values) }],
    {
      title: say("ahead_title"), description: say("ahead", values), start: "0",
      end: inPlain(decimalText(reach)),
    });
  write(byId("ahead-words"), say("ahead", values));
}

function listenToDescent() {
  byId("step-down").addEventListener("click", () => descend(1));
  byId("run-down").addEventListener("click", () => descend(RUN));
  byId("descent").addEventListener("toggle", writeDescent);
}
