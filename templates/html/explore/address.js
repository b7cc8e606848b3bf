// The address of the page carries the state: #explore?w1=0.3&step=5.

const MARK = "#explore?";

function addressOf({ texts, step }) {
  const parts = texts.flatMap((text, place) => (
    text === START[place] ? [] : [`${encodeURIComponent(DATA.leaves[place].key)}=${text}`]));
  if (step) parts.push(`step=${step + 1}`);
  return parts.length ? MARK + parts.join("&") : "";
}

/** {texts, step} of an address, or null where it is about something else. Nothing in it is trusted. */
function stateOf(hash) {
  if (!hash.startsWith(MARK)) return null;
  const texts = [...START];
  let step = 0;
  for (const part of hash.slice(MARK.length).split("&")) {
    const [key, text = ""] = part.split("=").map(decoded);
    const place = DATA.leaves.findIndex((leaf) => leaf.key === key);
    const number = typed(text);
    if (place >= 0 && number) texts[place] = number.text;
    if (place < 0 && key === "step" && number) step = Math.round(number.value) - 1;
  }
  return { texts, step: Math.min(Math.max(step, 0), DATA.steps.length - 1) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function writeAddress() {
  const { pathname, search } = window.location;
  const about = addressOf(model);
  if (!about && !window.location.hash.startsWith(MARK)) return;
  history.replaceState(null, "", about || `${pathname}${search}`);
}

function readAddress() {
  const state = stateOf(window.location.hash);
  if (!state) return;
  model.step = state.step;
  model.set(state.texts);
  model.changed();
}
