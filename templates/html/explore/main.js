// Everything is put together here: each change is written once, in this order.

model.listeners.push(writeControls, writeLists, writeShapes, writeStep, writeAddress);
listenToControls();
listenToSteps();
panel.querySelectorAll("details").forEach((list) => list.addEventListener("toggle", writeLists));
window.addEventListener("hashchange", readAddress);
panel.hidden = false;
model.changed();
readAddress();

// For whoever looks from the console, and for the tests: the page's own functions.
globalThis.explore = { model, DATA, rounded, reading, valueOf, workedOut, print };
