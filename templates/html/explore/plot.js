// Curves as pictures: lines over one axis, with the numbers at its ends and a few words.

const PLOT = { width: 320, height: 170, left: 8, right: 8, top: 22, bottom: 24 };

/** An SVG of lines [{points, dashed}] and marks [{x, y, words}]; null values of y are left out. */
function plot(lines, marks, { title, description, start, end }) {
  const { width, height, left, right, top, bottom } = PLOT;
  const every = [...lines.flatMap((line) => line.points), ...marks.map(({ x, y }) => [x, y])]
    .filter(([, y]) => Number.isFinite(y));
  if (!every.length) return "";
  const [xs, ys] = [0, 1].map((axis) => every.map((point) => point[axis]));
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const x = (value) => left + ((value - x0) / (x1 - x0 || 1)) * (width - left - right);
  const y = (value) => height - bottom - ((value - y0) / (y1 - y0 || 1)) * (height - top - bottom);
  const at = ([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`;
  const drawn = lines.map(({ points, dashed }) => (
    `<polyline class="curve${dashed ? " dashed" : ""}" points="${
      points.filter(([, b]) => Number.isFinite(b)).map(at).join(" ")}"/>`));
  const dots = marks.filter(({ y: b }) => Number.isFinite(b)).map(({ x: a, y: b, words }) => {
    const anchor = x(a) > width / 2 ? "end" : "start";
    const aside = anchor === "end" ? -7 : 7;
    return `<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="4"/>`
      + `<text x="${(x(a) + aside).toFixed(1)}" y="${(y(b) - 6).toFixed(1)}" text-anchor="${anchor}">${escaped(words)}</text>`;
  });
  const foot = height - 7;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`${title}. ${description}`)}">`
    + `<line class="axis" x1="${left}" x2="${width - right}" y1="${height - bottom}" y2="${height - bottom}"/>`
    + `<text x="${left}" y="${foot}">${escaped(start)}</text>`
    + `<text x="${width - right}" y="${foot}" text-anchor="end">${escaped(end)}</text>`
    + `${drawn.join("")}${dots.join("")}</svg>`;
}
