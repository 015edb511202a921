// What the server knows: asked once, then told. A page that stands alone holds its answers itself.

const listeners = new Set();

export const runs = new Map();
export let connected = false;

/** Calls f(changed ids) until the returned function is called. */
export function listen(f) {
  listeners.add(f);
  return () => listeners.delete(f);
}

function tell(ids) {
  listeners.forEach((f) => f(ids));
}

let held = null;

/** Answers everything from what the page itself holds. */
export function hold(answers) {
  held = answers;
  answers.runs.forEach((r) => runs.set(r.id, r));
}

/** Whether there is no server to ask. */
export const alone = () => held !== null;

/** Where a sheet of images is; null when the page does not hold it. */
export function image(run, file) {
  return held ? held.images?.[run]?.[file] ?? null : `/image?${new URLSearchParams({run, file})}`;
}

function answer(path, {run, series = [], x}) {
  if (path !== 'curves') return held[path]?.[run];
  return Object.fromEntries([run].flat().map((id) => [id, Object.fromEntries([series].flat().filter((s) => held.curves[id][s])
    .map((s) => [s, {x: held.curves[id][s][x], y: held.curves[id][s].y}]))]));
}

/** A JSON answer; parameters may be lists. */
export async function ask(path, parameters = {}) {
  if (held) return answer(path, parameters);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    [value].flat().forEach((v) => query.append(key, v));
  }
  const found = await fetch(`/api/${path}?${query}`);
  if (!found.ok) {
    const text = await found.text();
    let message = text;
    try {
      message = JSON.parse(text).error || text;
    } catch {
      // plain text
    }
    throw new Error(message || found.statusText);
  }
  return found.json();
}

async function all() {
  const rows = await ask('runs');
  const ids = new Set(rows.map((r) => r.id));
  const gone = [...runs.keys()].filter((id) => !ids.has(id));
  gone.forEach((id) => runs.delete(id));
  rows.forEach((r) => runs.set(r.id, r));
  tell([...ids, ...gone]);
}

/** Begins to listen; whenever the connection is there anew, everything is asked anew. */
export function connect() {
  const source = new EventSource('/api/events');
  source.onopen = () => {
    connected = true;
    all().catch(() => tell([]));
  };
  source.onerror = () => {
    connected = false;
    tell([]);
  };
  source.addEventListener('runs', (message) => {
    const news = JSON.parse(message.data);
    news.runs.forEach((r) => runs.set(r.id, r));
    news.gone.forEach((id) => runs.delete(id));
    tell([...news.runs.map((r) => r.id), ...news.gone]);
  });
}

/** The run that moved last, for views that need one. */
export function latest() {
  return [...runs.values()].sort((a, b) => b.updated - a.updated)[0];
}

/** Those of the ids that are there; else the latest run. */
export function chosen(ids) {
  const known = ids.filter((id) => runs.has(id)).map((id) => runs.get(id));
  const one = latest();
  return known.length ? known : one ? [one] : [];
}
