import {h, choice, entry, slider, tick, number, settled} from './dom.js';
import {alone, ask, chosen} from './store.js';
import {enlargeable} from './sheets.js';

const SOURCES = [['evaluation', 'evaluations'], ['rollouts', 'rollouts of training']];
const ORDERS = [['sheet', 'as on the sheet'], ['score', 'score, lowest first'], ['change', 'change since the first, largest first']];

export function picturesView(main, ctx) {
  const {params} = ctx;
  let source = params.get('from') || 'evaluation';
  let order = params.get('sort') || 'sheet';
  let filter = params.get('prompt') || '';
  let beside = params.get('first') !== 'no';
  let at = params.get('step') === null ? null : Number(params.get('step'));
  let sheets = new Map(); // run -> [{step, file, tiles}] in the order of training
  let asked = 0;

  const timeline = h('div');
  const note = h('p', {class: 'hint', role: 'status'});
  const grid = h('div', {class: 'pictures'});
  main.append(
    h('h2', {}, 'Pictures'),
    h('div', {class: 'controls'},
      alone() ? null : choice('Of', SOURCES, source, (v) => { source = v; at = null; ctx.keep('from', v); load(); }),
      entry('Prompt or task contains', filter, settled((v) => { filter = v; ctx.keep('prompt', v || null); draw(); })),
      choice('Sort by', ORDERS, order, (v) => { order = v; ctx.keep('sort', v); draw(); }),
      tick('Beside the first', beside, (v) => { beside = v; ctx.keep('first', v ? null : 'no'); draw(); })),
    timeline, note, grid);

  const mine = () => chosen(params.getAll('run')).slice(0, 6);

  async function load() {
    const mark = ++asked;
    try {
      const found = await Promise.all(mine().map(async (r) => [r.id, source === 'evaluation' ? await evaluations(r.id) : await rollouts(r.id)]));
      if (mark !== asked) return;
      sheets = new Map(found);
      time();
      draw();
    } catch (e) {
      note.textContent = e.message;
    }
  }

  async function evaluations(run) {
    return (await ask('sheets', {run})).map((s) => ({step: s.step, file: s.path,
      tiles: numbered(s.tiles.map((t) => ({...t, task: t.task || '', score: t.reward})))}));
  }

  /** Only their places: the trace of a rollout is read when it is shown. */
  async function rollouts(run) {
    const {sheets: drawn} = await ask('traces', {run});
    return drawn.map((step) => ({step, file: `traces/rollout-${String(step).padStart(6, '0')}.png`, tiles: null}));
  }

  async function tiles(run, s) {
    if (!s.tiles) {
      const trace = await ask('trace', {run, rollout: s.step});
      s.tiles = trace.rows.map((row, i) => ({row, sample: i - trace.rows.findIndex((r) => r.group === row.group)}))
        .filter(({row}) => row.pictures.length)
        .map(({row, sample}) => ({...row.pictures[row.pictures.length - 1], prompt: row.prompt, task: '', group: row.group, sample,
          score: row.terms[0]?.rewards.at(-1) ?? null, key: `${row.prompt}#${sample}`}));
    }
    return s.tiles;
  }

  /** The n-th picture of a prompt is that of its n-th noise. */
  function numbered(all) {
    const seen = new Map();
    return all.map((t) => {
      const n = seen.get(t.prompt) || 0;
      seen.set(t.prompt, n + 1);
      return {...t, key: `${t.prompt}#${n}`, sample: n};
    });
  }

  const steps = () => [...new Set([...sheets.values()].flat().map((s) => s.step))].sort((a, b) => a - b);

  function time() {
    const all = steps();
    if (at === null || !all.includes(at)) at = all[all.length - 1] ?? null;
    timeline.replaceChildren(...(all.length > 1 ? [slider(source === 'evaluation' ? 'After rollout' : 'Rollout', all.length - 1, all.indexOf(at), (i) => String(all[i]),
      (i) => { at = all[i]; ctx.keep('step', at); draw(); })] : []));
  }

  /** The sheet of a run that counts at a step: the latest up to it. */
  const current = (run) => sheets.get(run).filter((s) => s.step <= at).at(-1);

  async function draw() {
    const mark = asked;
    const step = at;
    const runs = mine().filter((r) => sheets.has(r.id) && sheets.get(r.id).length);
    if (!runs.length || at === null) {
      note.textContent = source === 'evaluation' ? 'No pictures yet: the first evaluation is not finished.' : 'No rollout with pictures: how often they are kept is the recipe’s insight.every.';
      grid.replaceChildren();
      return;
    }
    const columns = [];
    for (const run of runs) {
      const first = sheets.get(run.id)[0];
      const now = current(run.id);
      for (const s of beside && now && first !== now && source === 'evaluation' ? [first, now] : [now]) {
        if (s) columns.push({run, step: s.step, file: s.file, first: s === first && s !== now, tiles: new Map((await tiles(run.id, s)).map((t) => [t.key, t]))});
      }
    }
    if (mark !== asked || step !== at) return;
    const same = new Set(runs.map((r) => r.evaluation)).size === 1;
    note.textContent = runs.length < 2 ? '' : source !== 'evaluation' ? 'Rollouts of different runs start from different noise unless their seeds are equal.'
      : same ? 'The same prompts and the same noise in all of these runs.' : 'These runs are evaluated differently: prompts or noise are not the same.';
    const words = filter.toLowerCase();
    const keys = [...new Set(columns.flatMap((c) => [...c.tiles.keys()]))]
      .filter((key) => columns.some((c) => c.tiles.has(key) && `${c.tiles.get(key).prompt} ${c.tiles.get(key).task}`.toLowerCase().includes(words)));
    sort(keys, columns);
    grid.replaceChildren(...keys.map((key) => card(key, columns)));
    if (!keys.length) grid.append(h('p', {class: 'hint'}, 'No prompt contains that.'));
  }

  const score = (column, key) => column.tiles.get(key)?.score ?? null;

  function change(key, columns) {
    const last = columns[columns.length - 1];
    const run = last.run.id;
    const first = sheets.get(run)[0].tiles?.find((t) => t.key === key)?.score ?? null;
    return first === null || score(last, key) === null ? null : score(last, key) - first;
  }

  function sort(keys, columns) {
    if (order === 'score') keys.sort((a, b) => (score(columns.at(-1), a) ?? Infinity) - (score(columns.at(-1), b) ?? Infinity));
    if (order === 'change') keys.sort((a, b) => Math.abs(change(b, columns) ?? 0) - Math.abs(change(a, columns) ?? 0));
  }

  function card(key, columns) {
    const tile = columns.map((c) => c.tiles.get(key)).find(Boolean);
    const several = new Set(columns.map((c) => c.run.id)).size > 1;
    return h('figure', {class: 'card'}, h('div', {class: 'strip'}, columns.filter((c) => c.tiles.has(key)).map((c) => {
      const t = c.tiles.get(key);
      return h('div', {class: 'shot'}, enlargeable({run: c.run.id, file: c.file, ...t}, words(c, t), walk(c, key)),
        h('small', {}, several ? h('span', {class: 'run'}, c.run.id) : null, h('span', {}, c.first ? `first, ${c.step}` : `rollout ${c.step}`), h('b', {}, number(t.score))));
    })), h('figcaption', {}, tile.prompt, tile.task ? h('small', {}, ` ${tile.task}`) : null,
      source === 'rollouts' ? h('a', {href: '#/credit?' + new URLSearchParams({run: columns[0].run.id, rollout: columns[0].step, group: tile.group, sample: tile.sample})}, ` group ${tile.group}, sample ${tile.sample}`)
        : tile.sample ? h('small', {}, ` noise ${tile.sample}`) : null));
  }

  const words = (c, t) => `${t.prompt}, ${c.run.id}, rollout ${c.step}, score ${number(t.score)}`;

  /** From sheet to sheet of a run, the same prompt and noise. */
  function walk(c, key) {
    const all = sheets.get(c.run.id).filter((s) => s.tiles && s.tiles.some((t) => t.key === key));
    let i = all.findIndex((s) => s.step === c.step);
    return (by) => {
      if (!all[i + by]) return null;
      i += by;
      const t = all[i].tiles.find((o) => o.key === key);
      return [{run: c.run.id, file: all[i].file, ...t}, words({...c, step: all[i].step}, t)];
    };
  }

  load();
  return {
    changed: settled((ids) => {
      if (![...ids].some((id) => mine().some((r) => r.id === id))) return;
      const latest = steps().at(-1);
      if (at === latest) at = null; // goes along with the run
      load();
    }, 500),
    close() { asked = -1; },
  };
}
