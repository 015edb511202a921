// Smoothing, and several curves as one with a band.

/** An exponential mean that starts without a bias, as TensorBoard's; weight 0 changes nothing. */
export function smooth(y, weight) {
  if (!weight) return y;
  let sum = 0;
  let share = 0;
  return y.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}

/** The value of a curve at x, on the straight line between its points; null outside of them. */
function at(curve, x, from) {
  const {x: xs, y: ys} = curve;
  if (!xs.length || x < xs[0] || x > xs[xs.length - 1]) return [null, from];
  let i = from;
  while (i < xs.length - 1 && xs[i + 1] <= x) i++;
  if (xs[i] === x || i === xs.length - 1) return [ys[i], i];
  const share = (x - xs[i]) / (xs[i + 1] - xs[i]);
  return [ys[i] + share * (ys[i + 1] - ys[i]), i];
}

/** Mean of curves where all of them are known, with one standard deviation of the sample around. */
export function band(curves) {
  const xs = [...new Set(curves.flatMap((c) => c.x))].sort((a, b) => a - b);
  const places = curves.map(() => 0);
  const out = {x: [], y: [], low: [], high: []};
  for (const x of xs) {
    const values = curves.map((c, i) => {
      const [value, place] = at(c, x, places[i]);
      places[i] = place;
      return value;
    });
    if (values.includes(null)) continue;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
    const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
    out.x.push(x);
    out.y.push(mean);
    out.low.push(mean - deviation);
    out.high.push(mean + deviation);
  }
  return out;
}

/** Curves over one row of x, as the chart library wants them; null where a curve has no point. */
export function align(curves) {
  const xs = [...new Set(curves.flatMap((c) => c.x))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, i) => [x, i]));
  return [xs, ...curves.map((c) => {
    const ys = new Array(xs.length).fill(null);
    c.x.forEach((x, i) => { ys[place.get(x)] = c.y[i]; });
    return ys;
  })];
}
