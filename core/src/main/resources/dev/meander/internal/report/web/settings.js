import {h, entry, tick, number, count, duration} from './dom.js';
import {alone, ask, chosen} from './store.js';

export function settingsView(main, ctx) {
  const {params} = ctx;
  let all = params.get('all') === 'yes';
  let filter = '';
  let settings = [];
  const runs = () => chosen(params.getAll('run'));

  const results = h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Results'});
  const note = h('p', {class: 'hint', role: 'status'});
  const place = h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Settings'});
  main.append(h('h2', {}, alone() && runs().length === 1 ? 'Numbers and settings' : 'Runs side by side'), results, h('h3', {}, 'Settings'),
    h('div', {class: 'controls'}, entry('Key contains', '', (v) => { filter = v; draw(); }),
      runs().length > 1 ? tick('Equal ones too', all, (v) => { all = v; ctx.keep('all', v ? 'yes' : null); draw(); }) : null), note, place);
  async function load() {
    try {
      settings = await Promise.all(runs().map((r) => ask('run', {run: r.id})));
      draw();
    } catch (e) {
      note.textContent = e.message;
    }
  }

  const ROWS = [
    ['state', (r) => r.state], ['rollouts', (r) => `${count(r.step)} of ${count(r.total_steps)}`],
    ['score before', (r) => number(r.first)], ['score', (r) => number(r.score)], ['best score', (r) => (r.best === null ? '–' : `${number(r.best)} at ${r.best_step}`)],
    ['images judged', (r) => count(r.judged)], ['reward', (r) => number(r.reward)], ['images sampled', (r) => count(r.images)],
    ['network evaluations in sampling', (r) => count(r.evaluations)], ['time', (r) => duration(r.seconds)],
  ];

  const head = (first, mine) => h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, first), mine.map((r) => h('th', {scope: 'col'}, r.id))));

  function draw() {
    const mine = runs();
    if (!mine.length) {
      note.textContent = 'No run yet.';
      return;
    }
    const same = new Set(mine.map((r) => r.evaluation)).size === 1;
    results.replaceChildren(h('table', {}, head('result', mine), h('tbody', {}, ROWS.map(([name, value]) =>
      h('tr', {}, h('th', {scope: 'row'}, name), mine.map((r) => h('td', {}, value(r))))))));
    if (!same) results.append(h('p', {class: 'warn'}, 'These runs are evaluated differently: their scores cannot be compared.'));
    const by = new Map(settings.map((s) => [s.id, s.settings]));
    const keys = [...new Set(settings.flatMap((s) => Object.keys(s.settings)))].filter((key) => key !== 'description');
    const differs = (key) => new Set(mine.map((r) => by.get(r.id)?.[key])).size > 1;
    const shown = keys.filter((key) => (all || mine.length === 1 || differs(key)) && key.toLowerCase().includes(filter.toLowerCase()));
    note.textContent = mine.length === 1 ? (alone() ? '' : 'Choose several runs in the table to see what differs.')
      : `${keys.filter(differs).length} of ${keys.length} settings differ.`;
    place.replaceChildren(h('table', {}, head('setting', mine), h('tbody', {}, shown.map((key) =>
      h('tr', {class: mine.length > 1 && differs(key) ? 'differs' : null}, h('th', {scope: 'row'}, key), mine.map((r) => h('td', {}, by.get(r.id)?.[key] ?? '–')))))));
  }

  load();
  return {changed: (ids) => runs().some((r) => ids.has(r.id)) && settings.length && draw()};
}

/** Names and values, as they are. */
export function pairsView(main, title, pairs) {
  main.append(h('h2', {}, title), h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title}, h('table', {}, h('tbody', {},
    Object.entries(pairs).map(([name, value]) => h('tr', {}, h('th', {scope: 'row'}, name), h('td', {}, value)))))));
}
