import {h} from './dom.js';
import {alone, ask, runs} from './store.js';

const MOST_RUNS = 100;

export function noticesView(main, ctx) {
  const {params} = ctx;
  const note = h('p', {class: 'hint', role: 'status'});
  const list = h('ul', {class: 'notices'});
  main.append(h('h2', {}, 'Warnings and errors'), note, list);
  const kept = new Map(); // run -> [how many, notices]

  async function load() {
    const wanted = params.getAll('run');
    const mine = [...runs.values()].filter((r) => r.warnings + r.errors && (!wanted.length || wanted.includes(r.id)))
      .sort((a, b) => b.updated - a.updated).slice(0, MOST_RUNS);
    try {
      await Promise.all(mine.map(async (r) => {
        const n = r.warnings + r.errors;
        if (!kept.has(r.id) || kept.get(r.id)[0] !== n) kept.set(r.id, [n, (await ask('run', {run: r.id})).notices]);
      }));
    } catch (e) {
      note.textContent = e.message;
      return;
    }
    const all = mine.flatMap((r) => kept.get(r.id)[1].map((n) => ({run: r.id, ...n}))).sort((a, b) => b.time.localeCompare(a.time));
    note.textContent = all.length ? (wanted.length && !alone() ? `Of ${wanted.join(', ')} only.` : '') : 'None.';
    list.replaceChildren(...all.map((n) => h('li', {class: n.level === 'error' ? 'bad' : 'warn'},
      h('b', {}, n.level), ' ', n.text, h('small', {}, ` ${n.run}, rollout ${n.step}, ${n.time.replace('T', ' ').slice(0, 16)}`))));
  }

  load();
  return {changed: (ids) => [...ids].some((id) => kept.has(id) || runs.get(id)?.warnings || runs.get(id)?.errors) && load()};
}
