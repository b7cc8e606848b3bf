// Everything is put together here: each change is written once, in this order.

model.listeners.push(
  writeControls, writePrediction, writeLists, writeShapes, writeStep, writeUnits,
  soon(writeAddress, 200), // browsers take their time over an address
);
if (DATA.leaves.some((leaf) => leaf.slope >= 0)) {
  model.listeners.push(soon(writeWeight), soon(writeDescent));
  listenToWeight();
  listenToDescent();
}
listenToPrediction();
listenToControls();
listenToSteps();
panel.querySelectorAll("details").forEach((list) => list.addEventListener("toggle", writeLists));
window.addEventListener("hashchange", readAddress);
panel.hidden = false;
model.changed();
readAddress();

// For whoever looks from the console, and for the tests: the page's own functions.
globalThis.explore = { model, DATA, rounded, reading, valueOf, workedOut, print, prediction, Marking, View };
