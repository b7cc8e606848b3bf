// Numbers as the page shows them.
//
// A shown number is {text, value, exact}: its digits, "0.75026" or "1.23e-12", what they stand for,
// and whether nothing was lost. The rules are those of the page: so many decimals, rounded half away
// from zero; below 0.01 three significant digits; beyond 10⁻⁹ and 10⁹ a power of ten; no trailing
// zeros where nothing was rounded.

const EPSILON = 2 ** -52;
const SIGNIFICANT = 3; // digits that a small value keeps
const SMALL = -2; // the power of ten of 0.01
const SMALLEST = 9; // decimals past which a value is shown as 1.23e-12
const LARGEST = 9; // digits before the point past which it is shown as 1.23457e12
const SURE = 15; // decimal digits of a double

/** A computed value as it is shown; `error` says how far it may be from the true one. */
function rounded(value, error, digits) {
  if (!Number.isFinite(value)) return { text: "", value, exact: false };
  if (Math.abs(value) <= 4 * error) return { text: "0", value: 0, exact: true };
  const sure = error ? Math.floor(Math.log10(Math.abs(value) / (4 * error))) : SURE;
  const decimal = decimalOf(value, Math.min(Math.max(sure, 1), SURE));
  const { text, lost } = displayed(decimal, digits);
  const shown = lost ? text : stripped(text);
  return { text: shown, value: Number(shown), exact: !lost };
}

/** The first `count` significant digits: 0.0123 is {negative: false, digits: "123", power: -2}. */
function decimalOf(value, count) {
  const [mantissa, power] = Math.abs(value).toExponential(count - 1).split("e");
  const digits = mantissa.replace(".", "").replace(/0+$/, "") || "0";
  return { negative: value < 0, digits, power: Number(power) };
}

function displayed(decimal, digits) {
  const { power } = decimal;
  const places = power >= SMALL ? digits : Math.max(digits, SIGNIFICANT - 1 - power);
  if (places > Math.max(digits, SMALLEST)) return scientific(decimal, SIGNIFICANT - 1);
  if (power >= LARGEST) return scientific(decimal, Math.max(digits, SIGNIFICANT - 1));
  const { units, lost } = inUnits(decimal, places);
  return { text: withPoint(units, places, decimal.negative), lost };
}

function scientific(decimal, places) {
  let { units, lost } = inUnits(decimal, places - decimal.power);
  let { power } = decimal;
  if (units.length > places + 1) { // 9.996e-12 rounds up to 1.00e-11
    units = units.slice(0, -1);
    power += 1;
  }
  return { text: `${withPoint(units, places, decimal.negative)}e${power}`, lost };
}

/** A decimal in units of the last of so many decimals, and whether that is not all of it. */
function inUnits({ digits, power }, places) {
  const kept = power + 1 + places;
  if (kept >= digits.length) return { units: digits + "0".repeat(kept - digits.length), lost: false };
  if (kept < 0) return { units: "0", lost: true };
  const up = digits[kept] >= "5" ? 1n : 0n;
  return { units: String(BigInt(digits.slice(0, kept) || "0") + up), lost: true };
}

function withPoint(units, places, negative) {
  const digits = units.padStart(places + 1, "0");
  const sign = negative && /[1-9]/.test(units) ? "-" : "";
  if (!places) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function stripped(text) {
  const [mantissa, power] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  return power === undefined ? short : `${short}e${power}`;
}

/** The value of a text that the page wrote: "0.10", "-3", "1/3", "1.5e-7". */
function valueOf(text) {
  const [above, below] = text.split("/");
  return below === undefined ? Number(above) : Number(above) / Number(below);
}

/** How a shown number stands in a line of plain text: −1.23·10⁻⁷. */
function inPlain(text) {
  const [mantissa, power] = text.split("e");
  const minus = (part) => part.replace("-", "−");
  if (power === undefined) return minus(mantissa);
  const raised = [...power].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");
  return `${minus(mantissa)}·10${raised}`;
}
